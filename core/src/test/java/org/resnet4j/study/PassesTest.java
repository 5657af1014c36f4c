package org.resnet4j.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.ShortcutOption;
import org.resnet4j.data.Dataset;
import org.resnet4j.data.batch.Augmentation;
import org.resnet4j.data.batch.Batch;
import org.resnet4j.data.batch.Batches;
import org.resnet4j.data.batch.Loader;
import org.resnet4j.data.batch.Preprocessing;
import org.resnet4j.data.shapes.Shapes;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.nn.Probe;
import org.resnet4j.nn.ReproducibleValues;
import org.resnet4j.nn.Wiring;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Precision;
import org.resnet4j.tensor.Tensors;
import org.resnet4j.train.Evaluation;
import org.resnet4j.train.Evaluator;

/** What passes share is computed once, and nothing else changes. */
class PassesTest {
  private static final Network NETWORK = Catalogue.cifar(2, 4, ShortcutOption.A);
  private static final Dataset IMAGES = Shapes.test(3, 30);

  private static Loader loader() {
    return new Loader(
        IMAGES,
        Preprocessing.measure(IMAGES, NETWORK.input(), 10),
        new Augmentation.None(),
        Loader.Options.inOrder(16));
  }

  private static LiveNetwork live() {
    return LiveNetwork.of(NETWORK, ReproducibleValues::put, Device.CPU, Precision.FP32);
  }

  @Test
  void the_loss_without_a_unit_is_that_of_a_pass_of_its_own() {
    List<Integer> units = List.of(0, 1, 3, 5);
    try (LiveNetwork live = live();
        Loader loader = loader()) {
      Passes.Losses losses = new Passes(live).losses(loader, units, share -> {});
      assertThat(losses.whole()).isCloseTo(loss(live, loader, Set.of()), within(1e-5));
      for (int i = 0; i < units.size(); i++) {
        assertThat(losses.without().get(i))
            .isCloseTo(loss(live, loader, Set.of(units.get(i))), within(1e-5))
            .isNotCloseTo(losses.whole(), within(1e-4));
      }
    }
  }

  /** As PyTorch computes it. */
  private static double loss(LiveNetwork live, Loader loader, Set<Integer> removed) {
    Wiring wiring = Wiring.without(NETWORK, removed);
    double sum = 0;
    try (Batches batches = loader.epoch(0, 0)) {
      for (Batch batch : batches) {
        try (PointerScope scope = new PointerScope();
            NoGradGuard constant = new NoGradGuard()) {
          sum +=
              batch.size()
                  * torch
                      .cross_entropy_loss(
                          live.forward(Evaluator.images(live, batch), wiring, Probe.NONE),
                          Tensors.of(batch.labels()))
                      .item_double();
        }
      }
    }
    return sum / IMAGES.size();
  }

  @Test
  void judging_says_which_images_are_wrong() {
    try (LiveNetwork live = live();
        Loader loader = loader()) {
      Evaluation expected = Evaluator.evaluate(live, loader, IMAGES.classes());
      Passes.Judged judged = new Passes(live).judge(loader, IMAGES.classes(), share -> {});
      assertThat(judged.evaluation().loss()).isEqualTo(expected.loss());
      assertThat(judged.wrong()).hasSize(expected.mistakes()).doesNotHaveDuplicates();
      assertThat(judged.wrong())
          .containsAll(expected.worst().stream().map(Evaluation.Mistake::index).toList());
    }
  }
}
