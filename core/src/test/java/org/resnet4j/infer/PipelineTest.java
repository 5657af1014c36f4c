package org.resnet4j.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.resnet4j.SharedData;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Parameter;
import org.resnet4j.nn.ReproducibleValues;
import org.resnet4j.weights.model.ModelConfig;

/** From an image file to probabilities as torchvision's pipeline has them; see pipeline.py. */
class PipelineTest {
  private static final Network NETWORK = Catalogue.network("resnet18").withClasses(10);

  @TempDir private static Path folder;
  private static Classifier classifier;

  /** What torchvision gives for one file. */
  record Golden(String file, List<Double> probabilities) {
    static Golden of(String line) {
      String[] parts = line.split(",");
      return new Golden(parts[0], Arrays.stream(parts).skip(1).map(Double::valueOf).toList());
    }

    @Override
    public String toString() {
      return file;
    }
  }

  @BeforeAll
  static void open() throws IOException {
    ModelConfig config =
        new ModelConfig(
            NETWORK,
            IntStream.range(0, 10).mapToObj(Integer::toString).toList(),
            256,
            "bilinear",
            List.of(0.485, 0.456, 0.406),
            List.of(0.229, 0.224, 0.225));
    ReproducibleModel.write(folder, config, PipelineTest::values);
    classifier =
        Classifier.load(folder, Classifier.Options.DEFAULT.withPrecision(InferencePrecision.FP32));
  }

  private static float[] values(Parameter parameter) {
    float[] values = ReproducibleValues.fill(parameter);
    if (parameter.name().startsWith("fc.")) {
      for (int i = 0; i < values.length; i++) {
        values[i] /= 64;
      }
    }
    return values;
  }

  @AfterAll
  static void close() {
    classifier.close();
  }

  static List<Golden> goldens() throws IOException {
    try (InputStream in = PipelineTest.class.getResourceAsStream("pipeline.csv")) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .map(Golden::of)
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void gives_the_probabilities_of_torchvision(Golden golden) throws IOException {
    List<Prediction> predictions = classifier.classify(file(golden.file()), 10);
    assertThat(predictions).hasSize(10);
    for (Prediction prediction : predictions) {
      assertThat(prediction.probability())
          .as("class %d", prediction.index())
          .isCloseTo(golden.probabilities().get(prediction.index()), within(1e-4));
    }
  }

  private static Path file(String name) throws IOException {
    if (name.endsWith(".JPEG")) {
      Optional<Path> photos = SharedData.find("photos");
      assumeTrue(photos.isPresent(), "skipped: there is no shared/data/photos");
      return photos.orElseThrow().resolve(name);
    }
    Path copy = folder.resolve(name);
    try (InputStream in =
        PipelineTest.class.getResourceAsStream("/org/resnet4j/data/image/" + name)) {
      Files.write(copy, Objects.requireNonNull(in, name).readAllBytes());
    }
    return copy;
  }
}
