package org.resnet4j.data.source;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.resnet4j.data.image.ImageDecoder;

/** An encoded image and where it lies; holds no open file. */
sealed interface StoredImage {
  /** No more would be decoded; keeps a damaged length from filling the memory. */
  int MOST_BYTES = ImageDecoder.Limits.DEFAULT.bytes();

  /** Where it lies below the root of its folder or archive, with {@code /} between names. */
  String path();

  /** The encoded bytes. */
  byte[] read() throws IOException;

  /** An image that is a file of its own. */
  record InFolder(Path root, String path) implements StoredImage {
    @Override
    public byte[] read() throws IOException {
      Path file = root.resolve(path);
      requireReadable(Files.size(file));
      return Files.readAllBytes(file);
    }

    @Override
    public String toString() {
      return root.resolve(path).toString();
    }
  }

  /** An image inside an uncompressed tar file. */
  record InTar(Path tar, String path, long offset, long size) implements StoredImage {
    @Override
    public byte[] read() throws IOException {
      requireReadable(size);
      ByteBuffer bytes = ByteBuffer.allocate((int) size);
      try (FileChannel channel = FileChannel.open(tar, StandardOpenOption.READ)) {
        while (bytes.hasRemaining()) {
          if (channel.read(bytes, offset + bytes.position()) < 0) {
            throw new EOFException("the tar file ends inside this entry");
          }
        }
      }
      return bytes.array();
    }

    @Override
    public String toString() {
      return tar + ":" + path;
    }
  }

  /** An image that came out of a gzipped tar file. */
  @SuppressWarnings("ArrayRecordComponent") // Shared inside the package only, never changed.
  record InMemory(Path tar, String path, byte[] read) implements StoredImage {
    @Override
    public String toString() {
      return tar + ":" + path;
    }
  }

  private static void requireReadable(long size) throws IOException {
    if (size > MOST_BYTES) {
      throw new IOException("%d bytes, at most %d are read".formatted(size, MOST_BYTES));
    }
  }
}
