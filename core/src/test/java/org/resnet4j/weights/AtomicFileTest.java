package org.resnet4j.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
  @TempDir private Path folder;

  @Test
  void replaces_the_whole_file() throws IOException {
    Path target = Files.writeString(folder.resolve("a"), "a long text from before");
    AtomicFile.write(target, new byte[] {'n', 'e', 'w'});
    assertThat(target).hasContent("new");
    assertThat(names()).containsExactly("a");
  }

  @Test
  void gives_the_file_the_permissions_of_any_new_one() throws IOException {
    Path plain = Files.writeString(folder.resolve("plain"), "");
    AtomicFile.write(folder.resolve("atomic"), new byte[1]);
    assertThat(Files.getPosixFilePermissions(folder.resolve("atomic")))
        .isEqualTo(Files.getPosixFilePermissions(plain));
  }

  @Test
  void leaves_the_target_alone_when_the_disk_is_full_midway() throws IOException {
    Path target = Files.writeString(folder.resolve("a"), "before");
    assertThatThrownBy(
            () ->
                AtomicFile.write(
                    target,
                    channel -> {
                      channel.write(ByteBuffer.wrap(new byte[1000]));
                      throw new IOException("No space left on device");
                    }))
        .isInstanceOf(IOException.class)
        .hasMessage(target + ": cannot be written: No space left on device");
    assertThat(target).hasContent("before");
    assertThat(names()).containsExactly("a");
  }

  @Test
  void leaves_nothing_behind_when_the_writer_has_a_fault_of_its_own() throws IOException {
    assertThatThrownBy(
            () ->
                AtomicFile.write(
                    folder.resolve("a"),
                    channel -> {
                      throw new IllegalStateException("fault");
                    }))
        .isInstanceOf(IllegalStateException.class);
    assertThat(names()).isEmpty();
  }

  @Test
  void names_the_target_when_its_folder_is_missing() {
    Path target = folder.resolve("absent/a");
    assertThatThrownBy(() -> AtomicFile.write(target, new byte[1]))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(target + ": cannot be written: NoSuchFileException for ");
  }

  @Test
  void leaves_a_folder_in_the_targets_place_alone() throws IOException {
    Path target = Files.createDirectories(folder.resolve("a/full")).getParent();
    assertThatThrownBy(() -> AtomicFile.write(target, new byte[1]))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(target + ": cannot be written: ");
    assertThat(names()).containsExactly("a");
  }

  private Stream<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList().stream();
    }
  }
}
