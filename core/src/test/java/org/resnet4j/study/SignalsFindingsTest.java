package org.resnet4j.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.ShortcutOption;
import org.resnet4j.data.Splits;
import org.resnet4j.data.batch.Preprocessing;
import org.resnet4j.data.shapes.Shapes;
import org.resnet4j.recipe.RecipeFile;
import org.resnet4j.report.Verdict;
import org.resnet4j.report.Verdict.Status;
import org.resnet4j.study.Signals.Placed;
import org.resnet4j.study.SignalsLook.LayerSignal;
import org.resnet4j.study.SignalsLook.Moment;
import org.resnet4j.study.SignalsLook.UnitSignal;
import org.resnet4j.train.Setup;

/** Verdicts on looks whose values are given. */
class SignalsFindingsTest {
  private static final Network RESIDUAL = Catalogue.cifar(1, 4, ShortcutOption.A);
  private static final Network PLAIN = RESIDUAL.withoutShortcuts();
  private static final Network BARE = Catalogue.network("resnet8-width4-no-norm-plain");
  private static final Network DEEPER = Catalogue.cifar(2, 4, ShortcutOption.A);

  private final List<SignalsVariant> variants = new ArrayList<>();
  private final List<Placed> trials = new ArrayList<>();

  private SignalsVariant variant(Network network) {
    Splits data = new Splits("drawn", Shapes.train(1, 20), Shapes.test(1, 20), List.of());
    Preprocessing preprocessing = Preprocessing.measure(data.train(), network.input(), 20);
    Setup setup =
        new Setup(
            RecipeFile.load("shapes", Map.of()), data, network, preprocessing, Optional.empty());
    SignalsSubject subject = new SignalsSubject(network.name(), setup, Optional.empty());
    SignalsVariant variant =
        new SignalsVariant(variants.size(), subject, network.name(), network, false, true);
    variants.add(variant);
    return variant;
  }

  /** Two units and two 3x3 layers; the gradient and the variance of the second unit are 1. */
  private static SignalsLook look(
      Moment moment, double gradient, double variance, double... responses) {
    List<LayerSignal> layers = new ArrayList<>();
    for (double response : responses) {
      layers.add(new LayerSignal("layer", "3x3", 1, 1, response));
    }
    return SignalsLook.of(
        moment,
        0,
        1,
        layers,
        List.of(
            new UnitSignal("first", variance, gradient, 0, 1, 0),
            new UnitSignal("last", 1, 1, 0, 1, 0)));
  }

  private void add(SignalsVariant variant, int seed, SignalsLook... looks) {
    trials.add(new Placed(variant, seed, new SignalsTrial(List.of(looks), 9, false)));
  }

  private Verdict verdict(String words) {
    return new SignalsFindings(variants, trials)
        .verdicts().stream()
            .filter(verdict -> verdict.claim().contains(words))
            .findFirst()
            .orElseThrow();
  }

  @Test
  void a_gradient_within_the_line_does_not_vanish() {
    SignalsVariant plain = variant(PLAIN);
    add(plain, 0, look(Moment.INITIALISATION, 1, 1));
    add(plain, 1, look(Moment.INITIALISATION, 0.1, 1));
    add(plain, 2, look(Moment.INITIALISATION, 10, 1));
    Verdict verdict = verdict("does not vanish at initialisation");
    // Powers 0, -1 and 1: mean 0, deviation 1, and t of two degrees is 4.303: -2.48 to 2.48.
    assertThat(verdict.difference()).isCloseTo(0, within(1e-9));
    assertThat(verdict.low()).isCloseTo(-4.3027 / Math.sqrt(3), within(1e-3));
    assertThat(verdict.status()).isEqualTo(Status.NOT_SHOWN);
    trials.clear();
    for (int seed = 0; seed < 3; seed++) {
      add(plain, seed, look(Moment.INITIALISATION, 1 + 0.1 * seed, 1));
    }
    assertThat(verdict("does not vanish at initialisation").status()).isEqualTo(Status.SHOWN);
    assertThat(verdict("does not explode at initialisation").status()).isEqualTo(Status.SHOWN);
  }

  @Test
  void a_gradient_beyond_the_line_contradicts() {
    SignalsVariant plain = variant(PLAIN);
    add(plain, 0, look(Moment.AFTER, 0.001, 1, 1, 1));
    add(plain, 1, look(Moment.AFTER, 0.0011, 1, 1, 1));
    assertThat(verdict("the gradient does not vanish after training").status())
        .isEqualTo(Status.CONTRADICTED);
    trials.clear();
    add(plain, 0, look(Moment.AFTER, 0, 1, 1, 1)); // Dead: no ReLU lets anything back.
    add(plain, 1, look(Moment.AFTER, 0, 1, 1, 1));
    assertThat(verdict("the gradient does not vanish after training").status())
        .isEqualTo(Status.CONTRADICTED);
    trials.clear();
    add(plain, 0, look(Moment.AFTER, 1000, 1, 1, 1));
    add(plain, 1, look(Moment.AFTER, 1100, 1, 1, 1));
    assertThat(verdict("the gradient does not vanish after training").status())
        .isEqualTo(Status.SHOWN);
    assertThat(verdict("the gradient does not explode after training").status())
        .isEqualTo(Status.CONTRADICTED);
  }

  @Test
  void signals_without_norm_die_explode_or_do_neither() {
    SignalsVariant bare = variant(BARE);
    String words = "die or explode at initialisation";
    for (double first : new double[] {1e5, 1e-5}) {
      trials.clear();
      add(bare, 0, look(Moment.INITIALISATION, 1, first));
      add(bare, 1, look(Moment.INITIALISATION, 1, 1.1 * first));
      assertThat(verdict(words).status()).isEqualTo(Status.SHOWN);
    }
    trials.clear();
    add(bare, 0, look(Moment.INITIALISATION, 1, 1));
    assertThat(verdict(words).status()).isEqualTo(Status.NOT_SHOWN); // One seed shows nothing.
    add(bare, 1, look(Moment.INITIALISATION, 1, 1.1));
    assertThat(verdict(words).status()).isEqualTo(Status.CONTRADICTED);
  }

  @Test
  void responses_are_compared_seed_by_seed() {
    SignalsVariant residual = variant(RESIDUAL);
    SignalsVariant plain = variant(PLAIN);
    add(residual, 0, look(Moment.AFTER, 1, 1, 0.5, 0.7));
    add(plain, 0, look(Moment.AFTER, 1, 1, 0.8, 0.6));
    add(residual, 1, look(Moment.AFTER, 1, 1, 0.7, 0.9));
    add(plain, 1, look(Moment.AFTER, 1, 1, 1.0, 0.8));
    Verdict verdict = verdict("respond more weakly");
    // Means 0.6 and 0.8 against 0.7 and 0.9: -0.1 both times; by layer 0.6, 0.8 against 0.9, 0.7.
    assertThat(verdict.difference()).isCloseTo(-0.1, within(1e-9));
    assertThat(verdict.high()).isCloseTo(-0.1, within(1e-9));
    assertThat(verdict.status()).isEqualTo(Status.SHOWN);
    assertThat(verdict.reason()).contains("weaker in 1 of 2 layers", "which they are not");
  }

  @Test
  void a_deeper_network_is_compared_with_the_one_before_it() {
    SignalsVariant shallow = variant(RESIDUAL);
    SignalsVariant deep = variant(DEEPER);
    add(shallow, 0, look(Moment.AFTER, 1, 1, 0.5, 0.5));
    add(shallow, 1, look(Moment.AFTER, 1, 1, 0.6, 0.6));
    add(deep, 0, look(Moment.AFTER, 1, 1, 0.7));
    add(deep, 1, look(Moment.AFTER, 1, 1, 0.8));
    Verdict verdict = verdict("which is shallower");
    assertThat(verdict.difference()).isCloseTo(0.2, within(1e-9));
    assertThat(verdict.status()).isEqualTo(Status.CONTRADICTED);
  }

  @Test
  void the_sign_test_is_that_of_fair_coins() {
    assertThat(SignalsFindings.signTest(5, 5)).isCloseTo(2.0 / 32, within(1e-12));
    assertThat(SignalsFindings.signTest(1, 5)).isCloseTo(2 * 6.0 / 32, within(1e-12));
    assertThat(SignalsFindings.signTest(5, 10)).isEqualTo(1);
  }
}
