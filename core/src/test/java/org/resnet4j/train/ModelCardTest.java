package org.resnet4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelCardTest {
  @TempDir Path folder;

  @Test
  void says_in_what_the_recipe_is_not_as_the_paper_it_follows() throws Exception {
    TinyRuns runs = new TinyRuns(folder);
    runs.train("run", event -> {}, "paper", "1512.03385-cifar", "iterations", "1");
    assertThat(Files.readString(runs.run("run").resolve("model/README.md")))
        .contains("- Paper: as in arXiv 1512.03385, section 4.2 (CIFAR-10), except model resnet8 (")
        .contains("), iterations 1 (64000), batch 16 (128), nesterov true (false), ");
  }

  @Test
  void says_nothing_of_papers_for_a_recipe_that_follows_none() throws Exception {
    TinyRuns runs = new TinyRuns(folder);
    runs.train("run", event -> {}, "iterations", "1");
    assertThat(Files.readString(runs.run("run").resolve("model/README.md")))
        .contains("- Recipe: ")
        .doesNotContain("- Paper: ");
  }
}
