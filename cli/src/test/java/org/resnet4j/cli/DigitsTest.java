package org.resnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DigitsTest {
  @TempDir Path folder;

  @Test
  void are_0_to_9_whatever_those_of_the_user_s_language_are() throws Exception {
    Program.Result result =
        new Program(folder)
            .runWith(
                Map.of("JDK_JAVA_OPTIONS", "-Duser.language=fa -Duser.country=IR"),
                "train",
                "--data",
                "shapes",
                "--set",
                "model=nonet");
    assertThat(result.status()).isEqualTo(2);
    assertThat(result.err()).contains("with -v1, -width1 to -width1024,");
  }
}
