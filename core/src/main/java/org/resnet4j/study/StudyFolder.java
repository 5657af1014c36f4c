package org.resnet4j.study;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.resnet4j.report.StudyReport;
import org.resnet4j.train.FolderLock;
import org.resnet4j.train.RunException;
import org.resnet4j.train.Training;
import org.resnet4j.weights.AtomicFile;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.std.StdSerializer;

/**
 * Where a study leaves everything: its plan, a file for each finished cell, runs, and the report.
 *
 * <p>{@code study.json} says what it is; {@code cells/KEY.json} what each cell found; {@code
 * report.html}, {@code results.json} and CSV files what came out.
 */
record StudyFolder(Path path) {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  /** For readers of other languages: JSON has no NaN. */
  private static final JsonMapper DOCUMENT =
      JSON.rebuild()
          .addModule(
              new SimpleModule()
                  .addSerializer(Double.class, new Finite())
                  .addSerializer(double.class, new Finite()))
          .build();

  private static final class Finite extends StdSerializer<Double> {
    Finite() {
      super(Double.class);
    }

    @Override
    public void serialize(Double value, JsonGenerator out, SerializationContext context) {
      if (Double.isFinite(value)) {
        out.writeNumber(value);
      } else {
        out.writeNull();
      }
    }
  }

  /** What {@code study.json} holds. */
  private record Header(String kind, String command, JsonNode plan) {}

  /** What a cell's file holds. */
  private record Kept(double seconds, JsonNode result) {}

  /** A result that was kept, and how long it took. */
  record Result<T>(T value, double seconds) {}

  /** The folder that a study gets if it asks for none. */
  static Path fresh(String kind) {
    return Training.freshFolder(kind);
  }

  /**
   * Makes the folder.
   *
   * @param kind e.g. {@code degradation}
   * @param plan a record that Jackson can write and read again
   * @throws RunException if it exists or cannot be written
   */
  static StudyFolder create(Path path, String kind, String command, Object plan) {
    try {
      AtomicFile.makeFolder(path.toAbsolutePath().normalize().resolve("..").normalize());
      Files.createDirectory(path);
      Files.createDirectory(path.resolve("cells"));
      Header header = new Header(kind, command, JSON.valueToTree(plan));
      AtomicFile.write(path.resolve("study.json"), JSON.writeValueAsBytes(header));
      return new StudyFolder(path);
    } catch (FileAlreadyExistsException e) {
      throw RunException.unusable(
          "%s: exists already; choose another --out, or go on with --resume %s"
              .formatted(path, path),
          e);
    } catch (IOException e) {
      throw RunException.unwritten(
          "%s: the study's folder cannot be made (%s)".formatted(path, AtomicFile.reason(e)), e);
    }
  }

  /**
   * Opens a folder that {@link #create} made.
   *
   * @throws RunException if it is no study of that kind
   */
  static StudyFolder open(Path path, String kind) {
    StudyFolder folder = new StudyFolder(path);
    String there = folder.header().kind();
    if (!there.equals(kind)) {
      throw RunException.unusable(
          "%s: a study of %s, not of %s; resume it with that command".formatted(path, there, kind),
          null);
    }
    return folder;
  }

  private Header header() {
    Path file = path.resolve("study.json");
    if (!Files.isRegularFile(file)) {
      throw RunException.unusable(
          "%s: not a study's folder, study.json is missing; give the folder that a study made"
              .formatted(path),
          null);
    }
    return read(file, Header.class);
  }

  /**
   * Works while no other process may work in the folder.
   *
   * @throws RunException if one does
   */
  <R> R alone(Supplier<R> work) {
    try (FolderLock lock = FolderLock.take(path)) {
      return work.get();
    }
  }

  /** The plan it was made with. */
  <P> P plan(Class<P> type) {
    try {
      return JSON.treeToValue(header().plan(), type);
    } catch (JacksonException e) {
      throw unreadable(path.resolve("study.json"), e);
    }
  }

  /** What the user typed to start it. */
  String command() {
    return header().command();
  }

  /** The folder of a training run that belongs to the study. */
  Path run(String key) {
    return path.resolve("runs").resolve(key);
  }

  /** What a cell found, if it is done. */
  <T> Optional<Result<T>> result(String key, Class<T> type) {
    Path file = cell(key);
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    Kept kept = read(file, Kept.class);
    try {
      return Optional.of(new Result<>(JSON.treeToValue(kept.result(), type), kept.seconds()));
    } catch (JacksonException e) {
      throw unreadable(file, e);
    }
  }

  /** Keeps what a cell found. */
  void keep(String key, Object result, double seconds) {
    write(cell(key), JSON.writeValueAsBytes(new Kept(seconds, JSON.valueToTree(result))));
  }

  private Path cell(String key) {
    return path.resolve("cells").resolve(key + ".json");
  }

  /** Leaves the report, the results as JSON, and tables by the names of their files. */
  void finish(StudyReport report, Object results, Map<String, Csv> tables) {
    Map<String, byte[]> files = new LinkedHashMap<>();
    tables.forEach((name, table) -> files.put(name, table.text().getBytes(UTF_8)));
    files.put("results.json", DOCUMENT.writeValueAsBytes(results));
    files.put("report.html", report.html().getBytes(UTF_8));
    files.forEach((name, bytes) -> write(path.resolve(name), bytes));
  }

  private void write(Path file, byte[] bytes) {
    try {
      AtomicFile.write(file, bytes);
    } catch (IOException e) {
      throw unwritten(path, e);
    }
  }

  private static <T> T read(Path file, Class<T> type) {
    try {
      return JSON.readValue(Files.readString(file), type);
    } catch (IOException | JacksonException e) {
      throw unreadable(file, e);
    }
  }

  private static RunException unreadable(Path file, Exception e) {
    boolean cell = !file.endsWith("study.json");
    return RunException.unusable(
        "%s: cannot be read (%s); %s"
            .formatted(
                file,
                String.valueOf(e.getMessage()).lines().findFirst().orElse(""),
                cell ? "delete it to have it made again" : "start a new study"),
        e);
  }

  private static RunException unwritten(Path path, IOException e) {
    return RunException.unwritten(
        "%s: cannot be written (%s); cells in it are whole".formatted(path, AtomicFile.reason(e)),
        e);
  }
}
