package org.resnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RehearsalTest {
  @TempDir private Path folder;

  @Test
  void classifies_an_image_of_its_own() throws Exception {
    Program.Result result = new Program(folder).runMain(Rehearsal.class, folder.toString());
    assertThat(result.err()).isEmpty();
    assertThat(result.status()).isZero();
    assertThat(result.out())
        .startsWith(folder.resolve("image.jpg").toString())
        .contains("class   10.0 %");
  }
}
