package org.resnet4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;
import org.resnet4j.arch.Block;
import org.resnet4j.arch.Convolution;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Parameter.Role;
import org.resnet4j.arch.Shape;
import org.resnet4j.arch.Shortcut;
import org.resnet4j.arch.Stage;
import org.resnet4j.arch.Stem;
import org.resnet4j.data.DataException;
import org.resnet4j.data.Dataset;
import org.resnet4j.data.Image;
import org.resnet4j.data.batch.Augmentation;
import org.resnet4j.data.batch.Loader;
import org.resnet4j.data.batch.Preprocessing;
import org.resnet4j.data.image.Interpolation;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Precision;
import org.resnet4j.tensor.Tensors;

/** Statistics that arithmetic gives: grey images through a stem that doubles them. */
class PreciseBatchNormTest {
  /** One value an image, over 255. */
  private static final List<Integer> GREYS = List.of(51, 102, 0, 255, 204);

  private static final Shape SHAPE = new Shape(1, 2, 2);

  private static LiveNetwork doubling() {
    Network network =
        new Network(
            "doubling",
            SHAPE,
            2,
            new Stem.Single(Convolution.of1x1(1, 1, 1), Stem.Pool.NONE),
            List.of(Stage.of(new Block.Basic(1, 1, 1, new Shortcut.Identity()))));
    return LiveNetwork.of(
        network,
        (parameter, values) -> {
          boolean scale = parameter.role() == Role.NORM_WEIGHT;
          float value =
              parameter.name().equals("conv1.weight")
                  ? 2
                  : scale ? 1 : parameter.role() == Role.RUNNING_VARIANCE ? 99 : 0;
          while (values.hasRemaining()) {
            values.put(value);
          }
        },
        Device.CPU,
        Precision.FP32);
  }

  private static Loader loader() {
    return new Loader(
        new Greys(GREYS.size()),
        preprocessing(),
        new Augmentation.None(),
        new Loader.Options(2, 0, false, true, 1));
  }

  private static Preprocessing preprocessing() {
    return new Preprocessing(SHAPE, 2, Interpolation.BILINEAR, List.of(0.0), List.of(1.0));
  }

  @Test
  void averages_means_and_unbiased_variances_over_batches() {
    try (LiveNetwork network = doubling();
        Loader images = loader()) {
      PreciseBatchNorm.update(network, images, 100);
      // Doubled, the batches are 0.4, 0.8 and 0, 2, four pixels of each value.
      assertThat(value(network, "bn1.running_mean")).isCloseTo(0.8f, within(1e-6f));
      assertThat(value(network, "bn1.running_var"))
          .isCloseTo((0.04f * 8 / 7 + 1f * 8 / 7) / 2, within(1e-6f));
    }
  }

  @Test
  void takes_so_many_batches_and_no_more() {
    try (LiveNetwork network = doubling();
        Loader images = loader()) {
      PreciseBatchNorm.update(network, images, 1);
      assertThat(value(network, "bn1.running_mean")).isCloseTo(0.6f, within(1e-6f));
      assertThat(value(network, "bn1.running_var")).isCloseTo(0.04f * 8 / 7, within(1e-6f));
    }
  }

  @Test
  void leaves_the_network_in_evaluation_mode_and_training_as_it_was() {
    try (LiveNetwork network = doubling();
        Loader images = loader()) {
      PreciseBatchNorm.update(network, images, 1);
      Evaluator.evaluate(network, images, List.of("a", "b"));
      assertThat(value(network, "bn1.running_mean")).isCloseTo(0.6f, within(1e-6f));
      network.train(true);
      try (PointerScope scope = new PointerScope()) {
        network.forward(Tensors.of(new float[8], 2, 1, 2, 2));
      }
      // The usual momentum of 0.1 again.
      assertThat(value(network, "bn1.running_mean")).isCloseTo(0.54f, within(1e-6f));
    }
  }

  @Test
  void an_image_that_cannot_be_read_leaves_the_count_of_batches_as_it_was() {
    Loader.Options options = new Loader.Options(2, 0, false, true, 1);
    try (LiveNetwork network = doubling();
        Loader images =
            new Loader(new Greys(3), preprocessing(), new Augmentation.None(), options)) {
      assertThatThrownBy(() -> PreciseBatchNorm.update(network, images, 2))
          .isInstanceOf(DataException.class);
      // The run is saved so, and counts on from there when the image is repaired.
      assertThat(network.tensor("bn1.num_batches_tracked").item_long()).isZero();
    }
  }

  @Test
  void needs_a_batch() {
    try (LiveNetwork network = doubling();
        Loader images = loader()) {
      assertThatThrownBy(() -> PreciseBatchNorm.update(network, images, 0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("batches = 0: must be at least 1");
    }
  }

  private static float value(LiveNetwork network, String name) {
    try (PointerScope scope = new PointerScope()) {
      return Tensors.floats(network.tensor(name))[0];
    }
  }

  /** Those before the one that is broken, if one is. */
  private record Greys(int whole) implements Dataset {
    @Override
    public int size() {
      return GREYS.size();
    }

    @Override
    public int label(int index) {
      return index % 2;
    }

    @Override
    public Image image(int index) {
      if (index >= whole) {
        throw new DataException("image %d is broken".formatted(index));
      }
      byte grey = GREYS.get(index).byteValue();
      return new Image(SHAPE, new byte[] {grey, grey, grey, grey});
    }

    @Override
    public List<String> classes() {
      return List.of("a", "b");
    }

    @Override
    public String describe(int index) {
      return "grey " + index;
    }
  }
}
