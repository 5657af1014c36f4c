package org.resnet4j.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.Network;
import org.resnet4j.data.Image;
import org.resnet4j.nn.ReproducibleValues;
import org.resnet4j.weights.WeightsException;
import org.resnet4j.weights.model.ModelConfig;

/** One object for any number of threads that gives everything back. */
class ClassifierTest {
  private static final Classifier.Options FP32 =
      Classifier.Options.DEFAULT.withPrecision(InferencePrecision.FP32);
  private static final Network NETWORK = Catalogue.network("resnet8").withClasses(3);

  @TempDir private Path folder;

  @BeforeEach
  void write() throws IOException {
    ModelConfig config =
        new ModelConfig(
            NETWORK,
            List.of("ant", "bee", "wasp"),
            32,
            "bilinear",
            List.of(0.5, 0.5, 0.5),
            List.of(0.25, 0.25, 0.25));
    ReproducibleModel.write(folder, config, ReproducibleValues::fill);
  }

  @Test
  void many_threads_get_each_the_answer_for_their_own_image() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try (Classifier classifier = Classifier.load(folder, FP32)) {
      List<List<Prediction>> alone =
          IntStream.range(0, 16).mapToObj(i -> classifier.classify(image(i), 3)).toList();
      List<Future<List<Prediction>>> together = new ArrayList<>();
      for (int round = 0; round < 10; round++) {
        for (int i = 0; i < 16; i++) {
          Image image = image(i);
          together.add(threads.submit(() -> classifier.classify(image, 3)));
        }
      }
      for (int i = 0; i < together.size(); i++) {
        assertThat(together.get(i).get()).isEqualTo(alone.get(i % 16));
      }
      assertThat(alone.get(0)).isNotEqualTo(alone.get(1));
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void gives_all_native_memory_back() {
    Classifier.load(folder, FP32).close();
    long before = Pointer.totalCount();
    try (Classifier classifier = Classifier.load(folder, FP32)) {
      classifier.classify(image(0), 1);
      long open = Pointer.totalCount();
      for (int i = 0; i < 100; i++) {
        classifier.classify(image(i), 1);
      }
      assertThat(Pointer.totalCount()).isEqualTo(open);
    }
    assertThat(Pointer.totalCount()).isEqualTo(before);
  }

  @Test
  void refuses_a_model_without_weights_when_it_is_opened() throws IOException {
    Files.delete(folder.resolve("model.safetensors"));
    assertThatThrownBy(() -> Classifier.load(folder, FP32))
        .isInstanceOf(WeightsException.class)
        .hasMessageEndingWith("model.safetensors: there is no such file");
  }

  private static Image image(int seed) {
    byte[] pixels = new byte[3 * 32 * 32];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) ((i + 1) * (31 * seed + 7));
    }
    return new Image(NETWORK.input(), pixels);
  }
}
