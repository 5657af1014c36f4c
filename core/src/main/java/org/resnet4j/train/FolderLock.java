package org.resnet4j.train;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a folder for one process; the system gives it back when the process ends, however it ends.
 *
 * <p>The file {@code .lock} in the folder stays; it holds the number of the process for whoever is
 * refused.
 */
public final class FolderLock implements AutoCloseable {
  private static final String FILE = ".lock";
  private static final int LONGEST_NUMBER = 32;

  private final FileChannel channel;

  private FolderLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Takes a folder that exists.
   *
   * @throws RunException if another process, or another run of this one, has it
   */
  public static FolderLock take(Path folder) {
    try {
      FileChannel channel =
          FileChannel.open(
              folder.resolve(FILE),
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      try {
        if (tryLock(channel) == null) {
          String owner = read(channel);
          channel.close();
          throw RunException.unusable(
              "%s: process %s works in it; wait for its end, or stop it first"
                  .formatted(folder, owner.isEmpty() ? "of unknown number" : owner),
              null);
        }
        channel.truncate(0);
        channel.write(
            ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(UTF_8)));
        return new FolderLock(channel);
      } catch (IOException e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      throw RunException.unwritten(
          "%s: cannot be taken for this process (%s)".formatted(folder, RunFolder.reason(e)), e);
    }
  }

  /** The number of the process that took a folder last, or 0 if none did. */
  static long owner(Path folder) {
    try {
      return Long.parseLong(Files.readString(folder.resolve(FILE)));
    } catch (IOException | NumberFormatException e) {
      return 0; // Nobody has, or somebody is just about to.
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null; // This process has it already.
    }
  }

  private static String read(FileChannel channel) throws IOException {
    ByteBuffer number = ByteBuffer.allocate(LONGEST_NUMBER);
    channel.read(number, 0);
    return UTF_8.decode(number.flip()).toString();
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw RunException.unwritten("a folder could not be given back", e);
    }
  }
}
