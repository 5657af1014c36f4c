package org.resnet4j.example;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ReadmeTest {
  @Test
  void shows_the_example_that_is_compiled_here() throws IOException {
    String source =
        Files.readString(Path.of("src/test/java/org/resnet4j/example/TrainAndClassify.java"));
    String example = source.substring(source.indexOf("public final class"));
    assertThat(Files.readString(Path.of("../README.md"))).contains(example.strip());
  }
}
