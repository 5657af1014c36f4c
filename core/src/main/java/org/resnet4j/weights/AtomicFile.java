package org.resnet4j.weights;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;
import java.util.UUID;

/** Files that are replaced whole or not at all, even if the process or the machine dies. */
public final class AtomicFile {
  private static final String PREFIX = ".resnet4j-";
  private static final String SUFFIX = ".tmp";

  private AtomicFile() {}

  /** What puts a file's bytes into a channel; the channel is closed for it. */
  @FunctionalInterface
  public interface Writer {
    void write(WritableByteChannel channel) throws IOException;
  }

  /**
   * Writes a file beside the target, makes it durable and renames it to the target.
   *
   * @throws IOException naming the target, which is then as it was before; nothing is left beside
   *     it
   */
  public static void write(Path target, Writer writer) throws IOException {
    Path folder = Objects.requireNonNull(target.toAbsolutePath().getParent(), "target is a root");
    // Not Files.createTempFile: its files are for their owner alone, and so would be the target.
    Path temporary = folder.resolve(PREFIX + UUID.randomUUID() + SUFFIX);
    try {
      try (FileChannel channel = FileChannel.open(temporary, CREATE_NEW, WRITE)) {
        writer.write(channel);
        channel.force(true);
      }
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      force(folder);
    } catch (IOException e) {
      throw new IOException("%s: cannot be written: %s".formatted(target, reason(e)), e);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /** Writes the bytes given. */
  public static void write(Path target, byte[] bytes) throws IOException {
    write(target, channel -> writeFully(channel, ByteBuffer.wrap(bytes)));
  }

  /**
   * Makes a folder and those around it, unless it is there.
   *
   * @throws IOException naming the folder
   */
  public static void makeFolder(Path folder) throws IOException {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new IOException("%s: cannot be made: %s".formatted(folder, reason(e)), e);
    }
  }

  static void writeFully(WritableByteChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /**
   * Deletes what processes that were killed while they wrote left in a folder, which need not be
   * there; whoever calls it knows that nobody writes there now.
   */
  public static void tidy(Path folder) {
    try (DirectoryStream<Path> litter = Files.newDirectoryStream(folder, PREFIX + "*" + SUFFIX)) {
      for (Path file : litter) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      // It costs space, nothing else.
    }
  }

  /** Makes the renaming itself durable, where a folder can be opened (not on Windows). */
  private static void force(Path folder) {
    try (FileChannel channel = FileChannel.open(folder, READ)) {
      channel.force(true);
    } catch (IOException unsupported) {
      // The file is whole under either name; only the moment of the change is the system's choice.
    }
  }

  /** Why a file could not be used, in words: the message of some exceptions is only the file. */
  public static String reason(IOException e) {
    String kind = e.getClass().getSimpleName();
    if (e instanceof FileSystemException f) {
      return f.getReason() == null ? kind + " for " + f.getFile() : f.getReason();
    }
    return e.getMessage() == null ? kind : e.getMessage();
  }
}
