package org.resnet4j.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.resnet4j.arch.Parameter;

/** The reference file and the networks in Java describe the same things. */
class GoldensTest {
  static List<Goldens.Case> cases() {
    return Goldens.cases();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void holds_exactly_the_tensors_of_its_network(Goldens.Case golden) {
    Set<String> expected =
        new HashSet<>(Set.of("logits.eval", "logits.train", "loss", "deviation"));
    if (golden.complete()) {
      golden.gradients().keySet().forEach(name -> expected.add("gradient." + name));
      expected.addAll(golden.statistics().keySet());
    } else {
      expected.add("gradient_norms");
    }
    assertThat(golden.tensors().keySet()).isEqualTo(expected);
    assertThat(golden.evalLogits()).hasSize(2 * golden.network().classes());
    assertThat(golden.trainLogits()).hasSize(2 * golden.network().classes());
    assertThat(golden.images()).hasSize(Math.toIntExact(2 * golden.network().input().size()));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void has_a_gradient_of_each_parameters_size(Goldens.Case golden) {
    List<Parameter> trained =
        golden.network().state().stream().filter(p -> p.role().trained()).toList();
    if (golden.complete()) {
      trained.forEach(
          p -> assertThat(golden.gradients().get(p.name())).hasSize(Math.toIntExact(p.size())));
    } else {
      assertThat(golden.gradientNorms()).hasSize(trained.size());
    }
  }

  /** Ties logits, labels and smoothing together without the code that made them. */
  @ParameterizedTest
  @MethodSource("cases")
  void loss_follows_from_logits_and_labels(Goldens.Case golden) {
    int classes = golden.network().classes();
    double loss = 0;
    for (int image = 0; image < 2; image++) {
      double sum = 0;
      double mean = 0;
      for (int c = 0; c < classes; c++) {
        double logit = golden.trainLogits()[image * classes + c];
        sum += Math.exp(logit);
        mean += logit / classes;
      }
      double wanted = golden.trainLogits()[image * classes + golden.labels()[image]];
      double smoothing = golden.labelSmoothing();
      loss += (Math.log(sum) - (1 - smoothing) * wanted - smoothing * mean) / 2;
    }
    assertThat((double) golden.loss()).isCloseTo(loss, within(1e-5));
  }

  @Test
  void float32_lies_within_rounding_of_the_reference_for_every_block() {
    assertThat(Goldens.cases().stream().filter(Goldens.Case::complete))
        .hasSize(30)
        .allSatisfy(golden -> assertThat(golden.forwardDeviation()).isLessThan(1e-6f))
        .allSatisfy(golden -> assertThat(golden.backwardDeviation()).isLessThan(1e-5f));
  }
}
