package org.resnet4j.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.resnet4j.SmallShapes;
import org.resnet4j.recipe.Recipe;
import org.resnet4j.recipe.RecipeFile;

/** Runs of seconds: 40 drawn images, a network of 8 layers, 12 steps of 16 images. */
final class TinyRuns {
  private static final Map<String, String> BASE =
      Map.of(
          "model",
          "resnet8",
          "epochs",
          "0",
          "iterations",
          "12",
          "batch",
          "16",
          "precision",
          "fp32",
          "warmup",
          "0",
          "schedule",
          "constant",
          "rate",
          "0.05",
          "augmentation",
          "none");

  private final Path folder;
  private final Path data;

  TinyRuns(Path folder) {
    this.folder = folder;
    this.data = SmallShapes.write(folder.resolve("data"), 40, 20);
  }

  Recipe recipe(String... keyValues) {
    return overridden(keyValues);
  }

  /** The recipe of these runs with other values. */
  static Recipe overridden(Map<String, String> changes) {
    Map<String, String> overrides = new HashMap<>(BASE);
    overrides.putAll(changes);
    return RecipeFile.load("shapes", overrides);
  }

  /** The same, key and value in turn. */
  static Recipe overridden(String... keyValues) {
    Map<String, String> changes = new HashMap<>();
    for (int i = 0; i < keyValues.length; i += 2) {
      changes.put(keyValues[i], keyValues[i + 1]);
    }
    return overridden(changes);
  }

  Setup setup(String... keyValues) {
    return Setup.of(recipe(keyValues), data.toString());
  }

  Path run(String run) {
    return folder.resolve(run);
  }

  private Training.Plan plan(String run, String... keyValues) {
    return new Training.Plan(
        recipe(keyValues), data.toString(), Optional.of(folder.resolve(run)), "test");
  }

  Outcome train(String run, String... keyValues) {
    return train(run, event -> {}, keyValues);
  }

  Outcome train(String run, Consumer<Event> events, String... keyValues) {
    return train(run, events, () -> false, keyValues);
  }

  Outcome train(String run, Consumer<Event> events, BooleanSupplier stop, String... keyValues) {
    return Training.run(plan(run, keyValues), events, stop);
  }

  Outcome resume(String run) {
    return Training.resume(folder.resolve(run), event -> {}, () -> false);
  }

  /** Where the class folders are, below {@code train} and {@code val}. */
  Path data() {
    return data;
  }

  /** Stops after so many steps, then goes on to the end. */
  Outcome trainInTwo(String run, int steps, String... keyValues) {
    List<Event.Step> taken = new ArrayList<>();
    Consumer<Event> events =
        event -> {
          if (event instanceof Event.Step step) {
            taken.add(step);
          }
        };
    try {
      return Training.run(plan(run, keyValues), events, () -> taken.size() == steps);
    } catch (StoppedException stopped) {
      return Training.resume(folder.resolve(run), event -> {}, () -> false);
    }
  }

  byte[] weights(String run, String model) {
    try {
      return Files.readAllBytes(folder.resolve(run).resolve(model).resolve("model.safetensors"));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
