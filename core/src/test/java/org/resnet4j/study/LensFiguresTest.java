package org.resnet4j.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.ShortcutOption;
import org.resnet4j.data.batch.Batch;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.nn.Probe;
import org.resnet4j.nn.Wiring;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Precision;
import org.resnet4j.tensor.Tensors;
import org.resnet4j.train.Logits;

/** What figures of a lens are made of, against arithmetic. */
class LensFiguresTest {
  private static final Network TWO_BLOCKS = Catalogue.cifar(2, 4, ShortcutOption.A);

  @Test
  void a_pass_from_where_it_differs_is_the_pass_from_the_start() {
    try (LiveNetwork live =
            LiveNetwork.initialised(TWO_BLOCKS, 1, false, Device.CPU, Precision.FP32);
        PointerScope scope = new PointerScope();
        NoGradGuard constant = new NoGradGuard()) {
      live.train(false);
      torch.manual_seed(3);
      Tensor images = torch.rand(3, 3, 32, 32);
      List<Wiring> wirings =
          List.of(
              Wiring.whole(TWO_BLOCKS),
              Wiring.without(TWO_BLOCKS, Set.of(0)),
              Wiring.without(TWO_BLOCKS, Set.of(2, 3)),
              Wiring.without(TWO_BLOCKS, Set.of(5)),
              Wiring.ordered(TWO_BLOCKS, new int[] {1, 0, 2, 3, 4, 5}));
      int[] labels = {1, 2, 3};
      Batch batch = new Batch(3, new float[0], labels, new int[] {0, 1, 2});
      LensPasses passes = new LensPasses(live, wirings);
      List<LensJudgement> judged = passes.judge(batch, images);
      Logits whole = logits(live, images, wirings.get(0));
      for (int w = 0; w < wirings.size(); w++) {
        assertThat(judged.get(w))
            .isEqualTo(LensJudgement.of(logits(live, images, wirings.get(w)), whole, labels, 3));
      }
      assertThat(judged.get(1).change()).isNotZero();
      // Of six units: all, then none, five, four (a shortcut stays), none and six.
      assertThat(passes.cost()).isCloseTo(1 + (0 + 5 + 3 + 0 + 6) / 6.0, within(1e-12));
    }
  }

  private static Logits logits(LiveNetwork live, Tensor images, Wiring wiring) {
    return new Logits(Tensors.floats(live.forward(images, wiring, Probe.NONE)), 10);
  }

  @Test
  void a_judgement_compares_image_by_image() {
    // Softmax of (0, ln 3): 1/4 and 3/4.
    float three = (float) Math.log(3);
    Logits whole = new Logits(new float[] {0, three, 0, three, three, 0}, 2);
    Logits changed = new Logits(new float[] {0, three, three, 0, 0, three}, 2);
    LensJudgement judged = LensJudgement.of(changed, whole, new int[] {1, 1, 1}, 3);
    assertThat(judged.images()).isEqualTo(3);
    assertThat(judged.mistakes()).isEqualTo(1);
    assertThat(judged.broken()).isEqualTo(1);
    assertThat(judged.fixed()).isEqualTo(1);
    assertThat(judged.top1()).isCloseTo(2 / 3.0, within(1e-12));
    assertThat(judged.meanLoss())
        .isCloseTo((2 * Math.log(4 / 3.0) + Math.log(4)) / 3, within(1e-6));
    assertThat(judged.meanChange()).isCloseTo(0, within(1e-6));
    // Differences 0, ln 3 and -ln 3: variance ln(3)^2, over three images.
    assertThat(judged.changeError()).isCloseTo(Math.log(3) / Math.sqrt(3), within(1e-6));
  }

  @Test
  void drift_is_the_distance_from_what_was_stored() {
    try (LiveNetwork live =
            LiveNetwork.initialised(TWO_BLOCKS, 1, false, Device.CPU, Precision.FP32);
        PointerScope scope = new PointerScope()) {
      live.train(false);
      live.state().values().forEach(tensor -> tensor.set_requires_grad(false));
      torch.manual_seed(3);
      Tensor images = torch.rand(6, 3, 32, 32);
      // The stem copies the first channel, four times.
      Tensor kernel = live.tensor("conv1.weight").zero_();
      kernel.select(1, 0).select(1, 1).select(1, 1).fill_(new Scalar(1));
      Tensor first = images.select(1, 0);
      double mean = first.mean().item_double();
      double variance = first.var(false).item_double();
      live.tensor("bn1.running_mean").fill_(new Scalar(mean - 0.5 * Math.sqrt(4 * variance)));
      live.tensor("bn1.running_var").fill_(new Scalar(4 * variance));
      LensSums sums = null;
      for (int i = 0; i < 6; i += 2) { // Sums of parts are those of the whole.
        Tensor part = images.narrow(0, i, 2).clone();
        Batch batch = new Batch(2, new float[0], new int[] {0, 1}, new int[] {0, 1});
        LensSums some = LensProbe.look(live, batch, part);
        sums = sums == null ? some : sums.plus(some);
      }
      LensDrift drift =
          new LensBlocks(live, sums, new LensSurvey.Judged(List.of()), List.of()).stemDrift();
      assertThat(drift).isNotNull();
      assertThat(drift.mean()).isCloseTo(0.5, within(1e-3));
      assertThat(drift.variance()).isCloseTo(Math.log(4), within(1e-3));
      assertThat(drift.largestVariance()).isCloseTo(Math.log(4), within(1e-3));
    }
  }

  @Test
  void medians_are_between_the_middle_two_of_an_even_number() {
    LensDrift drift = LensDrift.of(List.of(4.0, 1.0, 2.0, 9.0), List.of(5.0, 1.0, 3.0));
    assertThat(drift).isEqualTo(new LensDrift(3, 9, 3, 5));
  }

  @Test
  void paths_of_a_gradient_that_halves_follow_the_binomial_theorem() {
    List<LensPaths.Measured> measured =
        IntStream.rangeClosed(0, 4).mapToObj(k -> halved(k)).toList();
    LensPaths paths = LensPaths.of(4, measured);
    // 4 over k times 1/2^k sums to (3/2)^4.
    double whole = Math.pow(1.5, 4);
    int[] numbers = {1, 4, 6, 4, 1};
    for (int k = 0; k <= 4; k++) {
      LensPaths.Length length = paths.lengths().get(k);
      assertThat(length.paths()).isCloseTo(numbers[k] / 16.0, within(1e-12));
      assertThat(length.share()).isCloseTo(numbers[k] * Math.pow(0.5, k) / whole, within(1e-12));
    }
    assertThat(paths.gradientFrom()).isZero(); // 0.198 of it
    assertThat(paths.gradientTo()).isEqualTo(3); // 0.988 up to here, 0.889 before
    assertThat(paths.pathsFrom()).isZero(); // 0.063 of them
    assertThat(paths.pathsTo()).isEqualTo(4); // 0.938 before
  }

  private static LensPaths.Measured halved(int length) {
    double gradient = Math.pow(0.5, length);
    return new LensPaths.Measured(length, List.of(0.5 * gradient, 1.5 * gradient));
  }

  @Test
  void lengths_that_were_not_measured_lie_on_the_line_between() {
    List<Integer> lengths = LensPaths.measured(600); // ResNet-1202 has 600 blocks.
    assertThat(lengths).hasSize(25).startsWith(0, 25).endsWith(600);
    List<LensPaths.Measured> measured = new ArrayList<>();
    lengths.forEach(k -> measured.add(new LensPaths.Measured(k, List.of(Math.pow(0.9, k)))));
    LensPaths paths = LensPaths.of(600, measured);
    assertThat(paths.lengths().get(37).gradient()).isCloseTo(Math.pow(0.9, 37), within(1e-12));
    assertThat(paths.lengths().get(37).low()).isNull();
    // (1 + 0.9)^600: a binomial distribution of mean 600 * 0.9 / 1.9 = 284.2, deviation 12.2.
    assertThat(paths.gradientFrom()).isBetween(259, 262);
    assertThat(paths.gradientTo()).isBetween(307, 309);
    assertThat(LensPaths.measured(3)).containsExactly(0, 1, 2, 3);
  }

  @Test
  void no_gradient_at_all_has_no_range() {
    LensPaths paths =
        LensPaths.of(
            1,
            List.of(
                new LensPaths.Measured(0, List.of(0.0)), new LensPaths.Measured(1, List.of(0.0))));
    assertThat(paths.gradientFrom()).isNull();
    assertThat(paths.lengths().get(0).share()).isNull();
  }

  @Test
  void tau_counts_pairs_in_order() {
    assertThat(LensDraws.tau(new int[] {0, 1, 2, 3})).isEqualTo(1);
    assertThat(LensDraws.tau(new int[] {3, 2, 1, 0})).isEqualTo(-1);
    assertThat(LensDraws.tau(new int[] {1, 0, 2})).isCloseTo(1 / 3.0, within(1e-12));
  }

  @Test
  void draws_fit_the_network_and_depend_on_the_draw() {
    LensDraws draws = new LensDraws(TWO_BLOCKS, 5);
    assertThat(LensDraws.alike(TWO_BLOCKS)).containsExactly(List.of(0, 1));
    Network three = Catalogue.cifar(4, 4, ShortcutOption.A);
    assertThat(LensDraws.alike(three))
        .containsExactly(List.of(0, 1, 2, 3), List.of(5, 6, 7), List.of(9, 10, 11));
    List<int[]> orders =
        IntStream.range(0, 20).mapToObj(d -> new LensDraws(three, 5).swapped(3, d)).toList();
    orders.forEach(order -> Wiring.ordered(three, order)); // Else it is refused.
    assertThat(orders.stream().map(Arrays::toString).distinct().count()).isGreaterThan(5);
    assertThat(draws.some("a", List.of(2, 4, 8), 2, 0)).hasSize(2).isSubsetOf(2, 4, 8);
    assertThat(draws.some("a", List.of(2, 4, 8), 2, 0))
        .isEqualTo(new LensDraws(TWO_BLOCKS, 5).some("a", List.of(2, 4, 8), 2, 0));
  }

  @Test
  void counts_grow_apart() {
    assertThat(LensDraws.growing(27)).containsExactly(1, 2, 3, 4, 6, 8, 12, 16, 24);
    assertThat(LensDraws.growing(1)).containsExactly(1);
    assertThat(LensDraws.growing(0)).isEmpty();
  }
}
