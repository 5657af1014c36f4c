package org.resnet4j.study;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.DoubleConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.resnet4j.arch.DepthSurgery;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Norm;
import org.resnet4j.arch.Unit;
import org.resnet4j.data.Subset;
import org.resnet4j.data.batch.Loader;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Precision;
import org.resnet4j.train.PreciseBatchNorm;

/**
 * One block after another, that whose absence costs least goes.
 *
 * <p>Each round is a function of the model and the rounds before it alone, so that a search that
 * was killed goes on as if nothing had happened.
 */
final class PruningSearch implements AutoCloseable {
  private final PruningSetup setup;
  private final PruningCost cost;
  private final LiveNetwork whole;
  private final Loader selection;
  private final Loader calibration;
  private final Loader test;

  /**
   * The network as it came.
   *
   * @param loss on the images that choose
   * @param wrong the test images it errs on
   */
  record Start(double loss, double testLoss, List<Integer> wrong) {
    int mistakes() {
      return wrong.size();
    }
  }

  /** A block, and the loss without it. */
  record Candidate(String block, double loss) {}

  /**
   * One more block gone.
   *
   * @param removed its name in the network as it came
   * @param candidates what was compared, in the network's order, with the statistics of before
   * @param storedLoss on the images that choose, with the statistics the model came with
   * @param renewedLoss with those of the shorter network; absent without batch norm
   * @param renewed whether the latter are used
   * @param test how it does on the test images
   */
  record Round(
      String removed,
      List<Candidate> candidates,
      double storedLoss,
      @Nullable Double renewedLoss,
      boolean renewed,
      Beside test) {
    double loss() {
      return renewed && renewedLoss != null ? renewedLoss : storedLoss;
    }

    String statistics() {
      return renewed ? "renewed" : "stored";
    }
  }

  /**
   * How a network does on the test images beside the one at the start.
   *
   * @param lost images that the one at the start had right and this one has not
   * @param gained the other way round
   */
  record Beside(double testLoss, int mistakes, int lost, int gained) {}

  PruningSearch(PruningSetup setup) {
    this.setup = setup;
    this.cost = PruningCost.of(setup);
    this.whole = setup.model().live(Device.of("auto"), Precision.FP32);
    this.selection = setup.loader(setup.selection(), false);
    this.calibration = setup.loader(setup.calibration(), true);
    this.test = setup.loader(setup.data().test(), false);
  }

  Start start(Cells.Ticker ticker) {
    Passes passes = new Passes(whole);
    double loss = passes.losses(selection, List.of(), s -> ticker.at(s / 2, "training")).whole();
    Passes.Judged judged =
        passes.judge(test, setup.classes(), s -> ticker.at(0.5 + s / 2, "test images"));
    return new Start(loss, judged.evaluation().loss(), judged.wrong());
  }

  /** Ranks every block that can go, removes the best and judges what is left. */
  Round round(Start start, List<Round> before, Cells.Ticker ticker) {
    double ranking = cost.ranking(setup.network());
    double share = ranking / (ranking + cost.judging(setup.network()));
    List<Candidate> candidates = candidates(before, s -> ticker.at(share * s, "ranking blocks"));
    String best =
        candidates.stream().min(Comparator.comparingDouble(Candidate::loss)).orElseThrow().block();
    List<String> gone = new ArrayList<>(removed(before));
    gone.add(best);
    try (LiveNetwork stored = cut(gone, false)) {
      double storedLoss = loss(stored);
      ticker.at(share + (1 - share) / 4, "statistics");
      if (!(setup.network().norm() instanceof Norm.Batch)) {
        return round(best, candidates, storedLoss, null, beside(start, stored));
      }
      try (LiveNetwork renewed = cut(gone, true)) {
        double renewedLoss = loss(renewed);
        ticker.at(share + (1 - share) * 3 / 4, "test images");
        // Where they do not help, the weights stay just those that were trained.
        LiveNetwork better = renewedLoss < storedLoss ? renewed : stored;
        return round(best, candidates, storedLoss, renewedLoss, beside(start, better));
      }
    }
  }

  private static Round round(
      String best,
      List<Candidate> candidates,
      double storedLoss,
      @Nullable Double renewedLoss,
      Beside test) {
    boolean renewed = renewedLoss != null && renewedLoss < storedLoss;
    return new Round(best, candidates, storedLoss, renewedLoss, renewed, test);
  }

  private List<Candidate> candidates(List<Round> before, DoubleConsumer progress) {
    DepthSurgery surgery = DepthSurgery.without(setup.network(), removed(before));
    Network network = surgery.to();
    List<String> removable = DepthSurgery.removable(network);
    List<Unit> units = network.units();
    List<Integer> indices = new ArrayList<>();
    for (int u = 0; u < units.size(); u++) {
      if (removable.contains(units.get(u).name())) {
        indices.add(u);
      }
    }
    try (LiveNetwork live = cut(removed(before), renewed(before))) {
      List<Double> losses = new Passes(live).losses(selection, indices, progress).without();
      Map<String, String> names = surgery.units();
      List<Candidate> candidates = new ArrayList<>();
      for (int i = 0; i < losses.size(); i++) {
        String name = names.get(units.get(indices.get(i)).name());
        candidates.add(new Candidate(Objects.requireNonNull(name), losses.get(i)));
      }
      return candidates;
    }
  }

  private double loss(LiveNetwork network) {
    return new Passes(network).losses(selection, List.of(), share -> {}).whole();
  }

  /** Judges a network on the test images. */
  Beside beside(Start start, LiveNetwork network) {
    Passes.Judged judged = new Passes(network).judge(test, setup.classes(), share -> {});
    List<Integer> lost = new ArrayList<>(judged.wrong());
    lost.removeAll(start.wrong());
    int mistakes = judged.wrong().size();
    int gained = start.mistakes() - (mistakes - lost.size());
    return new Beside(judged.evaluation().loss(), mistakes, lost.size(), gained);
  }

  static List<String> removed(List<Round> rounds) {
    return rounds.stream().map(Round::removed).toList();
  }

  private static boolean renewed(List<Round> rounds) {
    return !rounds.isEmpty() && rounds.get(rounds.size() - 1).renewed();
  }

  /** The network after those rounds; the caller closes it. */
  LiveNetwork after(List<Round> rounds) {
    return cut(removed(rounds), renewed(rounds));
  }

  private LiveNetwork cut(List<String> gone, boolean renewed) {
    LiveNetwork cut = whole.after(DepthSurgery.without(setup.network(), gone), setup.plan().seed());
    if (renewed) {
      try {
        PreciseBatchNorm.update(cut, calibration, calibration.batches());
      } catch (RuntimeException | Error e) {
        cut.close();
        throw e;
      }
    }
    return cut;
  }

  /** How fast whole passes are, measured with one batch. */
  double multiplyAddsPerSecond() {
    Passes passes = new Passes(whole);
    int images = Math.min(setup.selection().size(), setup.batch());
    int[] first = IntStream.range(0, images).toArray();
    try (Loader batch = setup.loader(new Subset(setup.selection(), first), false)) {
      passes.losses(batch, List.of(), share -> {}); // The first pass prepares the processor.
      long began = System.nanoTime();
      passes.losses(batch, List.of(), share -> {});
      return images * (double) setup.network().multiplyAdds() * 1e9 / (System.nanoTime() - began);
    }
  }

  @Override
  public void close() {
    selection.close();
    calibration.close();
    test.close();
    whole.close();
  }
}
