package org.resnet4j.data.source;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/** Files that may be gzipped, told by their first bytes (RFC 1952). */
final class Gzip {
  /** Images do not shrink to a hundredth; what does was made to fill a memory. */
  private static final int MOST_EXPANSION = 100;

  /** What may be expanded whatever the ratio: small archives are mostly padding. */
  private static final int SLACK = 1 << 20;

  private static final int BUFFER = 1 << 16;

  private Gzip() {}

  static boolean isGzip(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return in.read() == 0x1f && in.read() == 0x8b;
    }
  }

  /** The content, expanded if need be; reading on from a bomb throws {@link IOException}. */
  static InputStream open(Path file) throws IOException {
    InputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER);
    try {
      return isGzip(file)
          ? new Bounded(new GZIPInputStream(in, BUFFER), Files.size(file) * MOST_EXPANSION + SLACK)
          : in;
    } catch (IOException e) {
      in.close();
      throw e;
    }
  }

  /** Ends with an exception where an honest stream would have ended. */
  private static final class Bounded extends FilterInputStream {
    private long left;

    Bounded(InputStream in, long most) {
      super(in);
      this.left = most;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int count = super.read(bytes, offset, length);
      left -= Math.max(count, 0);
      if (left < 0) {
        throw new IOException(
            "it expands to more than %d times its size; no images do".formatted(MOST_EXPANSION));
      }
      return count;
    }

    @Override
    public long skip(long count) throws IOException {
      byte[] skipped = new byte[(int) Math.min(count, BUFFER)];
      return Math.max(read(skipped, 0, skipped.length), 0);
    }
  }
}
