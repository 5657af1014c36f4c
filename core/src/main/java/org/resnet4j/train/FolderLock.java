package org.resnet4j.train;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps a folder for one process; the system gives it back when the process ends, however it ends.
 *
 * <p>The file {@code .lock} in the folder stays; it holds the number of the process for whoever is
 * refused.
 */
public final class FolderLock implements AutoCloseable {
  private static final String FILE = ".lock";
  private static final int LONGEST_NUMBER = 32;

  /**
   * What this process has. It opens no second channel to a file of these: closing that one would
   * give the folder back, as the system keeps locks by process and file (POSIX).
   */
  private static final Set<String> TAKEN = ConcurrentHashMap.newKeySet();

  private final String folder;
  private final FileChannel channel;

  private FolderLock(String folder, FileChannel channel) {
    this.folder = folder;
    this.channel = channel;
  }

  /**
   * Takes a folder that exists.
   *
   * @throws RunException if another process, or another run of this one, has it
   */
  public static FolderLock take(Path folder) {
    String own = Long.toString(ProcessHandle.current().pid());
    try {
      String real = folder.toRealPath().toString();
      if (!TAKEN.add(real)) {
        throw refused(folder, own);
      }
      boolean taken = false;
      try {
        FileChannel channel = open(folder, own);
        taken = true;
        return new FolderLock(real, channel);
      } finally {
        if (!taken) {
          TAKEN.remove(real);
        }
      }
    } catch (IOException e) {
      throw RunException.unwritten(
          "%s: cannot be taken for this process (%s)".formatted(folder, RunFolder.reason(e)), e);
    }
  }

  /**
   * The number of the process that took a folder last, or 0 if none did. Only for a process that
   * has not taken it: reading the file would give it back.
   */
  static long owner(Path folder) {
    try {
      return Long.parseLong(Files.readString(folder.resolve(FILE)));
    } catch (IOException | NumberFormatException e) {
      return 0; // Nobody has, or somebody is just about to.
    }
  }

  private static FileChannel open(Path folder, String own) throws IOException {
    FileChannel channel =
        FileChannel.open(
            folder.resolve(FILE),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    try {
      if (channel.tryLock() == null) {
        throw refused(folder, read(channel));
      }
      channel.truncate(0);
      channel.write(ByteBuffer.wrap(own.getBytes(UTF_8)));
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static RunException refused(Path folder, String owner) {
    return RunException.unusable(
        "%s: process %s works in it; wait for its end, or stop it first"
            .formatted(folder, owner.isEmpty() ? "of unknown number" : owner),
        null);
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
    } finally {
      TAKEN.remove(folder);
    }
  }
}
