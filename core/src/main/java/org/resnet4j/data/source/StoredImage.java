package org.resnet4j.data.source;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** An encoded image and where it lies; holds no open file. */
sealed interface StoredImage {
  /** Far beyond a photograph; keeps a damaged length from filling the memory. */
  int MOST_BYTES = 256 << 20;

  /** Where it lies below the root of its folder or archive, with {@code /} between names. */
  String path();

  /** The encoded bytes. */
  byte[] read() throws IOException;

  /** An image that is a file of its own. */
  record InFolder(Path root, String path) implements StoredImage {
    @Override
    public byte[] read() throws IOException {
      Path file = root.resolve(path);
      long size = Files.size(file);
      if (size > MOST_BYTES) {
        throw new IOException("%d bytes, at most %d are read".formatted(size, MOST_BYTES));
      }
      return Files.readAllBytes(file);
    }

    @Override
    public String toString() {
      return root.resolve(path).toString();
    }
  }

  /** An image inside an uncompressed tar file. */
  record InTar(Path tar, String path, long offset, int length) implements StoredImage {
    @Override
    public byte[] read() throws IOException {
      ByteBuffer bytes = ByteBuffer.allocate(length);
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
}
