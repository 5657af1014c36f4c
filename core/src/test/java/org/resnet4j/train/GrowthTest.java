package org.resnet4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.junit.jupiter.api.Test;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.DepthSurgery;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Shape;
import org.resnet4j.arch.ShortcutOption;
import org.resnet4j.data.batch.Augmentation;
import org.resnet4j.data.batch.Batch;
import org.resnet4j.data.batch.Batches;
import org.resnet4j.data.batch.Loader;
import org.resnet4j.data.batch.Preprocessing;
import org.resnet4j.data.shapes.Shapes;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.nn.ReproducibleValues;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Precision;
import org.resnet4j.tensor.Tensors;

/** A plain network grown by identity layers, with statistics of images. */
class GrowthTest {
  private static final Network SHALLOW = Catalogue.cifar(1, 4, ShortcutOption.PLAIN);
  private static final Network DEEP = Catalogue.cifar(9, 4, ShortcutOption.PLAIN);
  private static final DepthSurgery SURGERY = DepthSurgery.grown(SHALLOW, DEEP);

  private static Loader loader() {
    var train = Shapes.train(1, 64);
    Preprocessing preprocessing = Preprocessing.measure(train, new Shape(3, 32, 32), 64);
    return new Loader(train, preprocessing, new Augmentation.None(), Loader.Options.inOrder(64));
  }

  @Test
  void it_is_an_identity_with_stored_statistics_up_to_rounding() {
    try (LiveNetwork shallow = live();
        LiveNetwork deep = shallow.after(SURGERY, 0);
        Loader images = loader()) {
      Growth.settle(deep, SURGERY, images);
      assertThat(difference(logits(shallow, images), logits(deep, images))).isLessThan(1e-5);
    }
  }

  @Test
  void it_is_nearly_one_with_statistics_of_a_batch() {
    try (LiveNetwork shallow = live();
        Loader images = loader()) {
      PreciseBatchNorm.update(shallow, images, 1); // What is stored is what the batch has.
      try (LiveNetwork deep = shallow.after(SURGERY, 0);
          LiveNetwork unsettled = shallow.after(SURGERY, 0)) {
        Growth.settle(deep, SURGERY, images);
        for (LiveNetwork network : List.of(shallow, deep, unsettled)) {
          network.measure(0.1);
        }
        float[] before = forward(shallow, images);
        assertThat(difference(before, forward(deep, images))).isLessThan(1e-3);
        assertThat(difference(before, forward(unsettled, images))).isGreaterThan(0.1);
      }
    }
  }

  @Test
  void its_batch_norms_hold_mean_and_deviation_of_what_reaches_them() {
    try (LiveNetwork shallow = live();
        LiveNetwork deep = shallow.after(SURGERY, 0);
        Loader images = loader()) {
      Growth.settle(deep, SURGERY, images);
      double[] sums = new double[2];
      int count = 0;
      try (Batches batches = images.epoch(0, 0)) {
        for (Batch batch : batches) {
          try (PointerScope scope = new PointerScope();
              NoGradGuard constant = new NoGradGuard()) {
            var map = shallow.featureMaps(Evaluator.images(shallow, batch)).get(1);
            for (float value : Tensors.floats(map.select(1, 2))) {
              sums[0] += value;
              sums[1] += (double) value * value;
              count++;
            }
          }
        }
      }
      double mean = sums[0] / count;
      double variance = sums[1] / count - mean * mean;
      for (String norm : List.of("layer2.1.bn1", "layer2.8.bn2")) {
        assertThat((double) values(deep, norm + ".running_mean")[2]).isCloseTo(mean, within(1e-4));
        assertThat((double) values(deep, norm + ".running_var")[2])
            .isCloseTo(variance, within(1e-4));
        assertThat((double) values(deep, norm + ".bias")[2]).isCloseTo(mean, within(1e-4));
        assertThat((double) values(deep, norm + ".weight")[2])
            .isCloseTo(Math.sqrt(variance + 1e-5), within(1e-4));
      }
    }
  }

  @Test
  void a_residual_network_is_left_alone_and_needs_no_image() {
    Network network = Catalogue.cifar(1, 4, ShortcutOption.A);
    DepthSurgery surgery = DepthSurgery.grown(network, Catalogue.cifar(2, 4, ShortcutOption.A));
    try (LiveNetwork shallow =
            LiveNetwork.of(network, ReproducibleValues::put, Device.CPU, Precision.FP32);
        LiveNetwork deep = shallow.after(surgery, 0);
        Loader closed = loader()) {
      closed.close();
      Growth.settle(deep, surgery, closed);
      assertThat(values(deep, "layer1.1.bn1.running_mean")).containsOnly(0);
    }
  }

  private static LiveNetwork live() {
    return LiveNetwork.of(SHALLOW, ReproducibleValues::put, Device.CPU, Precision.FP32);
  }

  private static float[] values(LiveNetwork network, String name) {
    try (PointerScope scope = new PointerScope()) {
      return Tensors.floats(network.tensor(name));
    }
  }

  private static float[] logits(LiveNetwork network, Loader images) {
    network.train(false);
    return forward(network, images);
  }

  private static float[] forward(LiveNetwork network, Loader images) {
    try (Batches batches = images.epoch(0, 0);
        PointerScope scope = new PointerScope();
        NoGradGuard constant = new NoGradGuard()) {
      return Tensors.floats(network.forward(Evaluator.images(network, batches.iterator().next())));
    }
  }

  private static double difference(float[] before, float[] after) {
    double largest = 0;
    double scale = 0;
    for (int i = 0; i < before.length; i++) {
      largest = Math.max(largest, Math.abs(before[i] - after[i]));
      scale = Math.max(scale, Math.abs(before[i]));
    }
    return largest / scale;
  }
}
