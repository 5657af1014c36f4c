package org.resnet4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderLockTest {
  @TempDir Path folder;

  /** Another process that wants the folder; says whether it got it. */
  static final class Child {
    private Child() {}

    public static void main(String[] arguments) {
      try (FolderLock lock = FolderLock.take(Path.of(arguments[0]))) {
        System.out.print("taken");
      } catch (RunException e) {
        System.out.print(e.getMessage());
      }
    }
  }

  private String inAnotherProcess() throws Exception {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    ProcessBuilder builder =
        new ProcessBuilder(
            java.toString(),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            Child.class.getName(),
            folder.toString());
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    Process process = builder.redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor()).as(said).isZero();
    return said;
  }

  private String refusal() {
    return "%s: process %d works in it; wait for its end, or stop it first"
        .formatted(folder, ProcessHandle.current().pid());
  }

  @Test
  void a_folder_is_one_process_s_until_it_is_given_back() throws Exception {
    try (FolderLock lock = FolderLock.take(folder)) {
      assertThat(inAnotherProcess()).isEqualTo(refusal());
    }
    assertThat(inAnotherProcess()).isEqualTo("taken");
  }

  @Test
  void whoever_is_refused_in_the_same_process_does_not_give_it_back() throws Exception {
    // The system drops all locks of a process on a file as soon as it closes any channel to it.
    Path other = folder.resolveSibling(folder.getFileName() + "-link");
    Files.createSymbolicLink(other, folder);
    try (FolderLock lock = FolderLock.take(folder)) {
      assertThatThrownBy(() -> FolderLock.take(folder))
          .isInstanceOf(RunException.class)
          .hasMessage(refusal());
      assertThatThrownBy(() -> FolderLock.take(other)).isInstanceOf(RunException.class);
      assertThat(inAnotherProcess()).isEqualTo(refusal());
    } finally {
      Files.delete(other);
    }
    FolderLock.take(folder).close();
  }
}
