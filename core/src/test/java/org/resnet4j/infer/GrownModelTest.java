package org.resnet4j.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.DepthSurgery;
import org.resnet4j.arch.Network;
import org.resnet4j.data.Image;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Precision;
import org.resnet4j.tensor.Tensors;
import org.resnet4j.train.SavedModel;

/** A model that was grown and written is a model like any other. */
class GrownModelTest {
  private static final Classifier.Options FP32 =
      Classifier.Options.DEFAULT.withPrecision(InferencePrecision.FP32).withThreads(2);

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "resnet8, resnet20, true",
    "resnetv2_8, resnetv2_14, true",
    "resnet8-plain, resnet14-plain, false"
  })
  void opened_again_it_says_what_the_shallower_one_says(String from, String to, boolean exact)
      throws IOException {
    Network network = Catalogue.network(from).withClasses(7);
    ReproducibleModel.write(folder.resolve("shallow"), network);
    SavedModel shallow = SavedModel.open(folder.resolve("shallow"));
    DepthSurgery surgery = DepthSurgery.grown(shallow.network(), Catalogue.network(to));
    SavedModel grown = shallow.in(folder.resolve("grown")).as(surgery.to());
    try (LiveNetwork before = shallow.live(Device.CPU, Precision.FP32);
        LiveNetwork after = before.after(surgery, 1)) {
      grown.write(after, "");
    }
    SavedModel reopened = SavedModel.open(grown.folder());
    assertThat(reopened.network()).isEqualTo(surgery.to());
    assertThat(reopened.preprocessing()).isEqualTo(shallow.preprocessing());
    float[] expected = logits(shallow);
    float[] actual = logits(reopened);
    if (exact) {
      assertThat(actual).containsExactly(expected);
    }
    for (int i = 0; i < expected.length; i++) {
      assertThat(actual[i])
          .isCloseTo(expected[i], within(1e-4f * Math.max(1, Math.abs(expected[i]))));
    }
    Image image = ReproducibleModel.image(network.input(), 3);
    try (Classifier one = Classifier.load(shallow.folder(), FP32);
        Classifier other = Classifier.load(grown.folder(), FP32)) {
      List<Prediction> before = one.classify(image, 7);
      List<Prediction> after = other.classify(image, 7);
      for (int label = 0; label < 7; label++) {
        assertThat(probability(after, label)).isCloseTo(probability(before, label), within(1e-5));
      }
    }
  }

  private static double probability(List<Prediction> predictions, int label) {
    return predictions.stream()
        .filter(prediction -> prediction.index() == label)
        .findFirst()
        .orElseThrow()
        .probability();
  }

  private static float[] logits(SavedModel model) {
    Image image = ReproducibleModel.image(model.network().input(), 3);
    float[] pixels = new float[Math.toIntExact(model.network().input().size())];
    model.preprocessing().apply(image, pixels, 0);
    try (LiveNetwork live = model.live(Device.CPU, Precision.FP32);
        PointerScope scope = new PointerScope();
        NoGradGuard constant = new NoGradGuard()) {
      return Tensors.floats(live.forward(Tensors.of(pixels, 1, 32, 32, 3).permute(0, 3, 1, 2)));
    }
  }
}
