package org.resnet4j.train;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.resnet4j.recipe.Recipe;
import org.resnet4j.recipe.RecipeFile;
import org.resnet4j.weights.AtomicFile;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Where a run leaves everything: recipe, checkpoints, metrics, report and, in {@code model}, the
 * network; in {@code model-ema} the same with the moving average of its weights, and in {@code
 * start} the model that it began with, if any.
 */
record RunFolder(Path path) {
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /**
   * What a run was started with, besides its recipe.
   *
   * @param from the model that it began with, if that was not just an initialised network
   */
  record Origin(String data, String command, @Nullable String from) {}

  /** Writes the models that a run needs to go on from nothing, if there are any. */
  @FunctionalInterface
  interface Start {
    void write(RunFolder folder) throws IOException;
  }

  /** The folder that a run gets if it asks for none. */
  static Path fresh(String model) {
    String plain = model.replaceAll("[^A-Za-z0-9._-]", "-"); // The network may be anybody's.
    String name = LocalDateTime.now(ZoneId.systemDefault()).format(TIME) + "-" + plain;
    Path path = Path.of("runs", name);
    for (int i = 2; Files.exists(path); i++) {
      path = Path.of("runs", name + "-" + i);
    }
    return path;
  }

  /** Makes the folder with start, recipe and origin in it; refuses one that exists. */
  static RunFolder create(Path path, Recipe recipe, Origin origin, Start start) {
    try {
      Path parent = path.toAbsolutePath().getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
      Files.createDirectory(path);
      RunFolder folder = new RunFolder(path);
      start.write(folder); // First, as a folder with a recipe counts as a run.
      AtomicFile.write(folder.recipeFile(), RecipeFile.write(recipe).getBytes(UTF_8));
      AtomicFile.write(folder.originFile(), JSON.writeValueAsBytes(origin));
      return folder;
    } catch (FileAlreadyExistsException e) {
      throw RunException.unusable(
          "%s: exists already; choose another --out, or go on with --resume %s"
              .formatted(path, path),
          e);
    } catch (IOException e) {
      throw RunException.unwritten(
          "%s: the run folder cannot be written (%s)".formatted(path, reason(e)), e);
    }
  }

  /** A folder that {@link #create} made. */
  static RunFolder open(Path path) {
    RunFolder folder = new RunFolder(path);
    if (!Files.isRegularFile(folder.recipeFile())) {
      throw RunException.unusable(
          "%s: not a run folder, recipe.yaml is missing; give the folder that train made"
              .formatted(path),
          null);
    }
    return folder;
  }

  /** Deletes what a process that was killed left half written. */
  void tidy() {
    for (Path folder :
        List.of(path, checkpoints(), model(), averagedModel(), best(), start(), teacherFolder())) {
      AtomicFile.tidy(folder);
    }
  }

  Recipe recipe() {
    return RecipeFile.read(recipeFile());
  }

  Origin origin() {
    try {
      return JSON.readValue(Files.readString(originFile()), Origin.class);
    } catch (IOException | JacksonException e) {
      throw RunException.unusable(
          "%s: cannot be read (%s); the run cannot be resumed".formatted(originFile(), reason(e)),
          e);
    }
  }

  Path model() {
    return path.resolve("model");
  }

  /** Beside {@link #model}, whose weights no average changed: runs with and without compare. */
  Path averagedModel() {
    return path.resolve("model-ema");
  }

  /** The model that the run began with, if that was not just an initialised network. */
  Optional<SavedModel> begun() {
    if (Files.isDirectory(start())) {
      return Optional.of(SavedModel.open(start()));
    }
    @Nullable String from = origin().from();
    if (from != null) {
      throw RunException.unusable(
          "%s: what the run began with, %s, is missing; put it back, or train anew"
              .formatted(start(), from),
          null);
    }
    return Optional.empty();
  }

  Path start() {
    return path.resolve("start");
  }

  /** The teacher that the run took with it, so that it goes on whatever becomes of the original. */
  Optional<SavedModel> teacher() {
    if (!recipe().targets().teaching().isPresent()) {
      return Optional.empty();
    }
    if (!Files.isDirectory(teacherFolder())) {
      throw RunException.unusable(
          "%s: the teacher of the run is missing; put it back, or train anew"
              .formatted(teacherFolder()),
          null);
    }
    return Optional.of(SavedModel.open(teacherFolder()));
  }

  /** The model of the best epoch, if validation images judge the epochs. */
  Path best() {
    return path.resolve("best");
  }

  Path teacherFolder() {
    return path.resolve("teacher");
  }

  Path checkpoints() {
    return path.resolve("checkpoints");
  }

  Path metrics() {
    return path.resolve("metrics.csv");
  }

  Path timing() {
    return path.resolve("timing.csv");
  }

  Path report() {
    return path.resolve("report.html");
  }

  private Path recipeFile() {
    return path.resolve("recipe.yaml");
  }

  private Path originFile() {
    return path.resolve("run.json");
  }

  static String reason(Exception e) {
    if (e instanceof FileSystemException f && f.getReason() == null) {
      return e.getClass().getSimpleName() + " for " + f.getFile(); // The message is only the file.
    }
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}
