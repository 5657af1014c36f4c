package org.resnet4j.cli;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.resnet4j.recipe.Paper;
import org.resnet4j.recipe.Recipe;
import org.resnet4j.recipe.RecipeFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code resnet4j lint RECIPE}. */
@Command(
    name = "lint",
    description = "List every key in which a recipe is not as the paper it follows says.",
    footer = {
      "",
      "Examples:",
      "  resnet4j lint cifar-paper --set batch=64",
      "  resnet4j lint cifar-fast --paper 1512.03385-cifar",
      "  resnet4j lint runs/first",
      "",
      "Exit status: 4 if the recipe deviates."
    })
@SuppressWarnings("NullAway.Init") // picocli sets fields by their annotations.
final class LintCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "RECIPE",
      description = "Name of a shipped recipe, a .yaml file or a run folder.")
  private String recipe;

  @Option(
      names = "--paper",
      paramLabel = "ID",
      description = "What to compare with, instead of what the recipe follows.")
  private @Nullable String paper;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Replace a key of the recipe; can be repeated.")
  private Map<String, String> settings = new LinkedHashMap<>();

  @Mixin private Json json;

  @Spec private CommandSpec spec;

  /** The document of {@code --json}. */
  record Document(String recipe, String paper, String title, List<Paper.Deviation> deviations) {}

  @Override
  public Integer call() {
    Recipe given = given();
    Paper followed =
        Paper.of(given)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "recipe %s follows no paper; give one with --paper: %s"
                            .formatted(given.name(), String.join(", ", Paper.ids()))));
    List<Paper.Deviation> deviations = followed.deviations(given);
    PrintWriter out = spec.commandLine().getOut();
    if (json.wanted()) {
      Json.print(out, new Document(given.name(), given.paper(), followed.title(), deviations));
    } else {
      print(out, given, followed, deviations);
    }
    return deviations.isEmpty() ? ExitCodes.OK : ExitCodes.CHECK_FAILED;
  }

  private Recipe given() {
    Map<String, String> overrides = new LinkedHashMap<>(settings);
    if (paper != null) {
      overrides.put("paper", paper);
    }
    Path ofRun = Path.of(recipe, "recipe.yaml");
    boolean path = Path.of(recipe).getNameCount() > 1 || Files.isDirectory(Path.of(recipe));
    boolean file = recipe.matches(".*[.]ya?ml") || Files.exists(ofRun);
    if (path && !file && !RecipeFile.shipped().contains(recipe)) {
      throw new IllegalArgumentException(
          "%s: no run folder, as recipe.yaml is not in it; give one, a .yaml file or a recipe's name"
              .formatted(recipe));
    }
    return RecipeFile.load(Files.exists(ofRun) ? ofRun.toString() : recipe, overrides);
  }

  private static void print(
      PrintWriter out, Recipe recipe, Paper paper, List<Paper.Deviation> deviations) {
    if (deviations.isEmpty()) {
      out.printf("recipe %s is as in %s%n", recipe.name(), paper.title());
      return;
    }
    out.printf("recipe %s is as in %s, except:%n%n", recipe.name(), paper.title());
    Table table = new Table("key", "recipe", "paper", "where");
    for (Paper.Deviation one : deviations) {
      table.row(one.key(), one.value(), one.said(), one.where());
    }
    table.print(out);
  }
}
