package org.resnet4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Shape;
import org.resnet4j.arch.ShortcutOption;
import org.resnet4j.data.Dataset;
import org.resnet4j.data.Image;
import org.resnet4j.data.batch.Batch;
import org.resnet4j.data.batch.PixelMean;
import org.resnet4j.data.batch.Preprocessing;
import org.resnet4j.data.image.Interpolation;
import org.resnet4j.data.image.Resize;
import org.resnet4j.data.shapes.Shapes;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.recipe.Judging;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Precision;
import org.resnet4j.tensor.Tensors;

class JudgeTest {
  private static final Shape CROP = new Shape(1, 4, 4);

  /** The first pixels of the ten crops of {@link Ruler}: corners, centre, and each mirrored. */
  private static final double[] FIRST = {0, 4, 20, 24, 12, 7, 3, 27, 23, 15};

  /** One image, 6 high and 8 wide, of its column plus ten times its row, once for each class. */
  private record Ruler() implements Dataset {
    @Override
    public int size() {
      return 2;
    }

    @Override
    public int label(int index) {
      return index;
    }

    @Override
    public Image image(int index) {
      byte[] pixels = new byte[48];
      for (int i = 0; i < 48; i++) {
        pixels[i] = (byte) (i % 8 + 10 * (i / 8));
      }
      return new Image(new Shape(1, 6, 8), pixels);
    }

    @Override
    public List<String> classes() {
      return List.of("a", "b");
    }

    @Override
    public String describe(int index) {
      return "ruler " + index;
    }
  }

  private static Preprocessing plain(int resize) {
    return new Preprocessing(
        CROP, resize, Interpolation.BILINEAR, List.of(0.0), List.of(1 / 255.0));
  }

  /** A tenth of the first pixel of each crop speaks for the first class. */
  private static float[] tenths(Batch batch) {
    float[] logits = new float[2 * batch.size()];
    for (int i = 0; i < batch.size(); i++) {
      logits[2 * i] = batch.pixels()[16 * i] / 10;
    }
    return logits;
  }

  private static double loss(
      Judging.Views views, Judging.Average average, Function<Batch, float[]> network) {
    Judging judging = Judging.of(views, average, List.of());
    try (Judge judge = new Judge(new Ruler(), plain(6), judging, 64)) {
      Evaluation evaluation = judge.evaluate(network);
      assertThat(evaluation.images()).isEqualTo(2);
      assertThat(evaluation.mistakes()).isEqualTo(1);
      return evaluation.loss();
    }
  }

  /** The mean loss of the two classes where the first has that probability. */
  private static double entropy(double probability) {
    return -(Math.log(probability) + Math.log(1 - probability)) / 2;
  }

  private static double sigmoid(double logit) {
    return 1 / (1 + Math.exp(-logit));
  }

  @Test
  void averages_the_probabilities_of_ten_crops() {
    double mean = Arrays.stream(FIRST).map(first -> sigmoid(first / 10)).average().orElseThrow();
    assertThat(loss(Judging.Views.TEN_CROP, Judging.Average.PROBABILITIES, JudgeTest::tenths))
        .isCloseTo(entropy(mean), within(1e-6));
  }

  @Test
  void averages_the_logits_of_ten_crops_if_told_to() {
    // The mean of the ten first pixels is 13.5.
    assertThat(loss(Judging.Views.TEN_CROP, Judging.Average.LOGITS, JudgeTest::tenths))
        .isCloseTo(entropy(sigmoid(1.35)), within(1e-6));
  }

  @Test
  void averages_an_image_and_its_mirror() {
    // The centre begins at column 2 of row 1, its mirror at column 5.
    assertThat(loss(Judging.Views.FLIP, Judging.Average.PROBABILITIES, JudgeTest::tenths))
        .isCloseTo(entropy((sigmoid(1.2) + sigmoid(1.5)) / 2), within(1e-6));
    assertThat(loss(Judging.Views.ONE, Judging.Average.PROBABILITIES, JudgeTest::tenths))
        .isCloseTo(entropy(sigmoid(1.2)), within(1e-6));
  }

  @Test
  void stays_finite_where_every_view_is_sure_of_another_class() {
    double loss =
        loss(
            Judging.Views.FLIP,
            Judging.Average.PROBABILITIES,
            batch -> {
              float[] logits = new float[2 * batch.size()];
              for (int i = 0; i < batch.size(); i++) {
                logits[2 * i] = 1000;
              }
              return logits;
            });
    assertThat(loss).isFinite().isGreaterThan(40);
  }

  @Test
  void gives_the_network_no_more_crops_than_a_batch() {
    Judging ten = Judging.of(Judging.Views.TEN_CROP, Judging.Average.PROBABILITIES, List.of());
    try (Judge judge = new Judge(new Ruler(), plain(6), ten, 16)) {
      judge.evaluate(
          (Batch batch) -> {
            assertThat(batch.size()).isEqualTo(10);
            return tenths(batch);
          });
    }
  }

  @Test
  void refuses_ten_crops_of_an_image_that_has_no_room_for_them() {
    Judging ten = Judging.of(Judging.Views.TEN_CROP, Judging.Average.PROBABILITIES, List.of());
    assertThatThrownBy(() -> new Judge(new Ruler(), plain(4), ten, 64))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("train with crop-share below 1, or take flip");
  }

  @Test
  void refuses_several_sizes_where_there_is_one() {
    Judging scales =
        Judging.of(Judging.Views.MULTI_SCALE, Judging.Average.PROBABILITIES, List.of(8.0));
    Preprocessing mean =
        new Preprocessing(
            CROP,
            4,
            Interpolation.BILINEAR,
            List.of(0.0),
            List.of(1.0),
            new PixelMean(new float[16]));
    assertThatThrownBy(() -> new Judge(new Ruler(), mean, scales, 64))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("subtracts a mean for each pixel");
    try (Judge judge = new Judge(new Ruler(), plain(4), scales, 64)) {
      assertThatThrownBy(() -> judge.evaluate(JudgeTest::tenths))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("takes images of 1x4x4 only");
    }
  }

  @Test
  void averages_all_of_an_image_at_several_sizes() {
    Dataset images = Shapes.test(3, 4);
    Network network = Catalogue.cifar(1, 4, ShortcutOption.A).withClasses(images.classes().size());
    Shape input = network.input();
    Preprocessing preprocessing =
        new Preprocessing(
            input,
            input.height(),
            Interpolation.BILINEAR,
            List.of(0.5, 0.5, 0.5),
            List.of(0.25, 0.25, 0.25));
    try (LiveNetwork live =
        LiveNetwork.initialised(network, 7, false, Device.CPU, Precision.FP32)) {
      live.train(false);
      for (Judging.Average average : Judging.Average.values()) {
        Judging judging = Judging.of(Judging.Views.MULTI_SCALE, average, List.of(32.0, 48.0));
        try (Judge judge = new Judge(images, preprocessing, judging, 64)) {
          assertThat(judge.evaluate(live).loss())
              .isCloseTo(byHand(live, images, average), within(1e-5));
        }
      }
    }
  }

  /** Each image, enlarged by {@link Resize}, through the network one crop at a time. */
  private static double byHand(LiveNetwork live, Dataset images, Judging.Average average) {
    double loss = 0;
    for (int index = 0; index < images.size(); index++) {
      int classes = images.classes().size();
      double[] mean = new double[classes];
      for (int side : new int[] {32, 48}) {
        Image sized = Resize.resize(images.image(index), side, side, Interpolation.BILINEAR);
        for (boolean mirrored : new boolean[] {false, true}) {
          double[] answer = answer(live, sized, mirrored);
          double[] shares = average == Judging.Average.LOGITS ? answer : softmax(answer);
          for (int label = 0; label < classes; label++) {
            mean[label] += shares[label] / 4;
          }
        }
      }
      double[] probabilities = average == Judging.Average.LOGITS ? softmax(mean) : mean;
      loss -= Math.log(probabilities[images.label(index)]) / images.size();
    }
    return loss;
  }

  private static double[] answer(LiveNetwork live, Image image, boolean mirrored) {
    int side = image.shape().width();
    float[] pixels = new float[3 * side * side];
    for (int i = 0; i < pixels.length; i++) {
      int x = i / 3 % side;
      int from = mirrored ? i + 3 * (side - 1 - 2 * x) : i;
      pixels[i] = ((image.pixels()[from] & 0xff) / 255f - 0.5f) / 0.25f;
    }
    try (PointerScope temporaries = new PointerScope()) {
      float[] logits =
          Tensors.floats(live.forward(Tensors.of(pixels, 1, side, side, 3).permute(0, 3, 1, 2)));
      double[] wide = new double[logits.length];
      Arrays.setAll(wide, i -> logits[i]);
      return wide;
    }
  }

  private static double[] softmax(double[] logits) {
    double sum = Arrays.stream(logits).map(Math::exp).sum();
    return Arrays.stream(logits).map(logit -> Math.exp(logit) / sum).toArray();
  }
}
