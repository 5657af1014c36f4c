package org.resnet4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Scalar;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Precision;

class RateRangeTest {
  @TempDir Path folder;

  /** Rates from 1e-4 to 1e2 in 121 steps: 20 a power of ten. */
  private static List<Double> rates() {
    return IntStream.range(0, 121).mapToObj(i -> Math.pow(10, -4 + i / 20.0)).toList();
  }

  @Test
  void suggests_a_tenth_of_the_rate_of_the_lowest_loss() {
    // In powers of ten: flat to 1e-2, down in a straight line to 1e0, up from there.
    List<Double> losses =
        rates().stream()
            .map(Math::log10)
            .map(power -> power < -2 ? 2.0 : power < 0 ? -0.5 * power + 1 : 1 + power)
            .toList();
    RateCurve curve = RateCurve.of(rates(), losses, false);
    assertThat(curve.lowest().rate()).isCloseTo(0.9, within(0.11));
    assertThat(curve.suggested().orElseThrow()).isCloseTo(0.09, within(0.011));
    assertThat(curve.steepest().rate()).isBetween(0.01, 1.0);
    assertThat(curve.doubt()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"0, 1", "-1, 1", "1, 1", "1, 0.1", "NaN, 1", "1, NaN"})
  void rates_that_do_not_rise_from_above_zero_are_refused(double lowest, double highest) {
    Setup setup = new TinyRuns(folder).setup();
    assertThatThrownBy(() -> new RateRange(setup, 20, lowest, highest))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("rates from %s to %s: must rise from above 0", lowest, highest);
  }

  @Test
  void the_smooth_loss_is_a_weighted_mean_of_neighbours() {
    // A reach of 1 for 12 to 23 points: weights 1, 2, 1.
    List<Double> losses = new ArrayList<>(java.util.Collections.nCopies(12, 1.0));
    losses.set(5, 5.0);
    RateCurve curve = RateCurve.of(rates().subList(0, 12), losses, false);
    assertThat(curve.points()).extracting(RateCurve.Point::smooth).startsWith(1.0, 1.0, 1.0, 1.0);
    assertThat(curve.points().get(4).smooth()).isCloseTo(2, within(1e-12));
    assertThat(curve.points().get(5).smooth()).isCloseTo(3, within(1e-12));
    assertThat(curve.points().get(6).smooth()).isCloseTo(2, within(1e-12));
  }

  @Test
  void has_no_suggestion_where_nothing_was_learned_and_doubts_one_at_the_end() {
    List<Double> flat = rates().stream().map(rate -> 2.3).toList();
    assertThat(RateCurve.of(rates(), flat, false).suggested()).isEmpty();
    assertThat(RateCurve.of(rates(), flat, false).doubt().orElseThrow())
        .contains("no rate lowered");
    List<Double> falling = rates().stream().map(rate -> 2 - Math.log10(rate) / 3).toList();
    assertThat(RateCurve.of(rates(), falling, false).doubt().orElseThrow())
        .contains("still fell at the highest rate");
    assertThat(RateCurve.of(rates(), falling, true).doubt()).isEmpty();
  }

  @Test
  void finds_a_rate_that_learns_and_the_end_where_it_diverges() throws Exception {
    TinyRuns runs = new TinyRuns(folder);
    List<RateCurve.Point> told = new ArrayList<>();
    RateRange range = new RateRange(runs.setup("batch", "20"), 120, 1e-4, 900);
    RateCurve curve = range.run(told::add);
    assertThat(curve.diverged()).as("a rate of 900 does").isTrue();
    assertThat(curve.points()).hasSameSizeAs(told).hasSizeBetween(60, 119);
    assertThat(told).extracting(RateCurve.Point::rate).isSorted().startsWith(1e-4);
    double rate = curve.suggested().orElseThrow();
    assertThat(rate).isBetween(0.003, 0.5);
    Outcome outcome = runs.train("with", "rate", String.valueOf(rate), "iterations", "80");
    assertThat(outcome.trainLoss()).isLessThan(1.5); // Guessing one of ten costs 2.3.
    assertThat(Files.list(folder).map(path -> path.getFileName().toString()))
        .as("the search leaves nothing behind")
        .containsExactlyInAnyOrder("data", "with");
  }

  @Test
  void parts_of_the_network_have_the_rates_that_they_have_in_a_run() {
    TinyRuns runs = new TinyRuns(folder);
    String[] keys = {
      "batch",
      "20",
      "stage-decay",
      "0.5",
      "momentum",
      "0",
      "nesterov",
      "false",
      "low-rate",
      "0.1",
      "rate",
      "0.3"
    };
    RateRange range = new RateRange(runs.setup(keys), 20, 0.1, 0.10001);
    List<RateCurve.Point> points = range.run(point -> {}).points();
    List<Double> losses = new ArrayList<>();
    String[] same =
        Stream.of(keys, new String[] {"iterations", "20"})
            .flatMap(Stream::of)
            .toArray(String[]::new);
    WatchedTraining.run(
        runs.setup(same), (step, loss, network) -> losses.add(loss)); // NaN before the first.
    List<Double> trained = new ArrayList<>();
    List<Double> rates = new ArrayList<>();
    runs.train(
        "run",
        event -> {
          if (event instanceof Event.Step step) {
            trained.add(step.loss());
          } else if (event instanceof Event.Epoch epoch) {
            rates.add(epoch.rate());
          }
        },
        same);
    assertThat(rates).as("the low first rate still holds").containsOnly(0.1);
    assertThat(losses.subList(1, 21)).isEqualTo(trained);
    for (int i = 0; i < points.size(); i++) {
      assertThat(points.get(i).loss()).isCloseTo(trained.get(i), within(1e-3));
    }
  }

  @Test
  void a_model_that_gives_no_numbers_is_told_instead_of_a_curve() throws Exception {
    TinyRuns runs = new TinyRuns(folder);
    Setup plain = runs.setup();
    Path model = folder.resolve("broken");
    try (LiveNetwork live = plain.beginning().live(Device.CPU, Precision.FP32)) {
      live.tensor("fc.weight").detach().fill_(new Scalar(3e38));
      new SavedModel(model, plain.network(), plain.data().train().classes(), plain.preprocessing())
          .write(live, "");
    }
    Setup setup =
        Setup.of(runs.recipe(), runs.data().toString(), Optional.of(SavedModel.open(model)));
    assertThatThrownBy(() -> new RateRange(setup, 20).run(point -> {}))
        .isInstanceOf(DivergedException.class)
        .hasMessageContaining("before any step; no rate can help");
  }

  @Test
  void rates_rise_by_one_factor_and_depend_on_the_optimizer() {
    TinyRuns runs = new TinyRuns(folder);
    RateRange sgd = new RateRange(runs.setup(), 51);
    assertThat(sgd.rate(0)).isCloseTo(1e-4, within(1e-12));
    assertThat(sgd.rate(10)).isCloseTo(1e-3, within(1e-9));
    assertThat(sgd.rate(50)).isCloseTo(10, within(1e-9));
    assertThat(new RateRange(runs.setup("optimizer", "adamw"), 51).rate(50))
        .isCloseTo(1, within(1e-9));
    assertThatThrownBy(() -> new RateRange(runs.setup(), 19))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("steps = 19: must be at least 20 to make a curve");
  }

  @Test
  void the_page_says_how_the_rate_was_found() throws Exception {
    List<Double> losses = rates().stream().map(rate -> 2 + Math.pow(Math.log10(rate), 2)).toList();
    RateReport report =
        new RateReport(
            new TinyRuns(folder).setup(),
            RateCurve.of(rates(), losses, true),
            "resnet4j train --find-rate",
            "resnet4j train --set rate=0.1");
    // The triangle over 21 steps of 1/20 has a variance of 0.05, which a parabola shows as height.
    // At its ends it is cut: the first full one is that of the eleventh step.
    assertThat(report.reasons())
        .containsExactly(
            "the loss was lowest, 2.050, at rate 1.0; a tenth of it leaves room for a whole run",
            "it fell steepest at rate 0.00035",
            "it diverged above rate 1.0e+02");
    report.write(folder.resolve("page"));
    assertThat(Files.readString(folder.resolve("page/report.html")))
        .contains("<dt>Suggested rate</dt><dd>0.10</dd>", "it diverged above rate 1.0e+02");
    assertThatThrownBy(() -> report.write(folder.resolve("page")))
        .isInstanceOf(RunException.class)
        .hasMessageContaining("exists already; choose another --out");
  }
}
