package org.resnet4j.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.resnet4j.recipe.Recipe;
import org.resnet4j.recipe.RecipeFile;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that say what to train, on what, and beginning with what. */
@SuppressWarnings("NullAway.Init") // picocli sets fields by their annotations.
final class RecipeOptions {
  private static final String PLAIN_RECIPE = "shapes";
  private static final String RECIPE_OF_FROM = "finetune";

  @Option(
      names = "--data",
      paramLabel = "D",
      defaultValue = "shapes",
      description = {
        "Folder or file with images, recognised by its content,",
        "or a built-in name (default: ${DEFAULT-VALUE})."
      })
  private String data;

  @Option(
      names = "--from",
      paramLabel = "MODEL",
      description = {
        "Model or run folder to go on with: its network and weights,",
        "with a new head if the classes are others."
      })
  private @Nullable Path from;

  @Option(
      names = "--model",
      paramLabel = "NAME",
      description = "Network instead of the recipe's; see resnet4j models.")
  private @Nullable String model;

  @Option(
      names = "--recipe",
      paramLabel = "R",
      description = {
        "Name of a shipped recipe or a .yaml file (default: shapes;",
        "with --from: finetune)."
      })
  private @Nullable String recipe;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Replace a key of the recipe; can be repeated.")
  private Map<String, String> settings = new LinkedHashMap<>();

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  String data() {
    return data;
  }

  /** A model to begin with. */
  Optional<Path> from() {
    return Optional.ofNullable(from);
  }

  /** The name or file that was given. */
  Optional<String> recipe() {
    return Optional.ofNullable(recipe);
  }

  /** The recipe with what the options say, and more keys, of which {@code --set} says the last. */
  Recipe load(Map<String, String> more) {
    requireOneNetwork();
    String name = recipe != null ? recipe : from == null ? PLAIN_RECIPE : RECIPE_OF_FROM;
    return RecipeFile.load(name, overrides(more));
  }

  /** What the options say, in the recipe's words; {@code --set} has the last word. */
  Map<String, String> overrides(Map<String, String> more) {
    requireOneNetwork();
    Map<String, String> overrides = new LinkedHashMap<>();
    if (model != null) {
      overrides.put("model", model);
    }
    overrides.putAll(more);
    overrides.putAll(settings);
    return overrides;
  }

  private void requireOneNetwork() {
    boolean set = settings.containsKey("model");
    if (from != null && (model != null || set)) {
      throw new ParameterException(
          spec.commandLine(),
          "--from brings its network: leave %s out".formatted(set ? "--set model" : "--model"));
    }
  }
}
