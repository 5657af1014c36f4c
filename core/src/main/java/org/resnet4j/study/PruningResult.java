package org.resnet4j.study;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.resnet4j.arch.DepthSurgery;
import org.resnet4j.arch.Network;
import org.resnet4j.statistics.PairedDrop;
import org.resnet4j.tensor.Engine;
import org.resnet4j.train.Machine;

/**
 * The cells of a search as what it came to.
 *
 * @param kept how many of the rounds make the result, whose last is within the budget
 */
record PruningResult(
    PruningSetup setup,
    StudyFolder folder,
    PruningSearch.Start start,
    List<PruningSearch.Round> rounds,
    int kept,
    Pruning.Timed timed,
    Optional<Pruning.Tuned> tuned,
    double seconds) {

  private int images() {
    return setup.data().test().size();
  }

  private double top1(int mistakes) {
    return 1 - (double) mistakes / images();
  }

  /** How the network in the folder does. */
  PruningSearch.Beside end() {
    return tuned
        .filter(made -> made.kept(untuned().mistakes()))
        .map(Pruning.Tuned::test)
        .orElseGet(this::untuned);
  }

  private PruningSearch.Beside untuned() {
    return kept == 0
        ? new PruningSearch.Beside(start.testLoss(), start.mistakes(), 0, 0)
        : rounds.get(kept - 1).test();
  }

  /**
   * Whether the network in the folder is the fine-tuned one. It is within the budget then, as it
   * makes no more mistakes than the one that is.
   */
  boolean tunedKept() {
    return tuned.isPresent() && tuned.get().kept(untuned().mistakes());
  }

  private Network network(int removed) {
    List<String> gone = PruningSearch.removed(rounds).subList(0, removed);
    return DepthSurgery.without(setup.network(), gone).to();
  }

  Pruned pruned() {
    Network from = setup.network();
    Network to = network(kept);
    PruningSearch.Beside end = end();
    PairedDrop drop = PairedDrop.of(end.lost(), end.gained(), images());
    return new Pruned(
        folder.path().resolve("model").toString(),
        from.name(),
        to.name(),
        PruningSearch.removed(rounds.subList(0, kept)),
        setup.data().name(),
        setup.plan().maxDrop(),
        kept < rounds.size() ? "budget" : "blocks",
        from.depth(),
        to.depth(),
        from.parameters(),
        to.parameters(),
        from.multiplyAdds(),
        to.multiplyAdds(),
        images(),
        start.mistakes(),
        end.mistakes(),
        top1(start.mistakes()),
        top1(end.mistakes()),
        drop.low(),
        drop.high(),
        latency(0),
        latency(kept),
        timed.threads(),
        kept == 0 ? "stored" : rounds.get(kept - 1).statistics(),
        setup.selection().size(),
        tuned.map(this::fineTuned).orElse(null),
        frontier(),
        folder.path().resolve("report.html").toString(),
        seconds);
  }

  private Pruned.FineTuned fineTuned(Pruning.Tuned made) {
    int before = untuned().mistakes();
    PruningSearch.Beside after = made.test();
    return new Pruned.FineTuned(
        setup.plan().epochs(),
        before,
        top1(before),
        made.rate(),
        after == null ? null : after.mistakes(),
        after == null ? null : top1(after.mistakes()),
        made.kept(before),
        made.diverged());
  }

  private @Nullable Double latency(int removed) {
    int index = timed.removed().indexOf(removed);
    return index < 0 ? null : timed.millis().get(index);
  }

  private List<Pruned.Step> frontier() {
    List<Pruned.Step> steps = new ArrayList<>();
    Network from = setup.network();
    steps.add(
        new Pruned.Step(
            0,
            "",
            from.depth(),
            from.parameters(),
            from.multiplyAdds(),
            start.loss(),
            "stored",
            start.mistakes(),
            top1(start.mistakes()),
            0,
            0,
            latency(0),
            true));
    for (int removed = 1; removed <= rounds.size(); removed++) {
      PruningSearch.Round round = rounds.get(removed - 1);
      Network network = network(removed);
      steps.add(
          new Pruned.Step(
              removed,
              round.removed(),
              network.depth(),
              network.parameters(),
              network.multiplyAdds(),
              round.loss(),
              round.statistics(),
              round.test().mistakes(),
              top1(round.test().mistakes()),
              round.test().lost(),
              round.test().gained(),
              latency(removed),
              setup.affordable(round.test().mistakes() - start.mistakes())));
    }
    return steps;
  }

  /** The README of the shorter model. */
  String card() {
    Pruned pruned = pruned();
    Network to = network(kept);
    return String.format(
        Locale.ROOT,
        """
        ---
        library_name: resnet4j
        pipeline_tag: image-classification
        tags:
        - image-classification
        - resnet
        ---
        # %s, %s without %d block%s

        %,d parameters, %,d multiply-adds for one image of %s, %d classes.

        | | depth | parameters | multiply-adds | mistakes of %,d | top-1 |
        |---|---|---|---|---|---|
        | %s | %d | %,d | %,d | %d | %.2f %% |
        | here | %d | %,d | %,d | %d | %.2f %% |

        Gone, in this order: %s. %d training images chose them; the test images chose how many, so
        their top-1 is a little optimistic.%s

        ## Conditions

        - Command: %s
        - Data: %s
        - Batch norms: %s statistics
        - Machine: %s
        - Engine: %s, fp32
        """,
        to.name(),
        pruned.from(),
        kept,
        kept == 1 ? "" : "s",
        pruned.parameters(),
        pruned.multiplyAdds(),
        to.input(),
        to.classes(),
        pruned.testImages(),
        pruned.from(),
        pruned.depthBefore(),
        pruned.parametersBefore(),
        pruned.multiplyAddsBefore(),
        pruned.mistakesBefore(),
        100 * pruned.top1Before(),
        pruned.depth(),
        pruned.parameters(),
        pruned.multiplyAdds(),
        pruned.mistakesAfter(),
        100 * pruned.top1After(),
        kept == 0 ? "none" : String.join(", ", pruned.removed()),
        pruned.selectionImages(),
        tunedKept()
            ? " Then trained for %d more epoch%s."
                .formatted(setup.plan().epochs(), setup.plan().epochs() == 1 ? "" : "s")
            : "",
        folder.command(),
        setup.data().name(),
        pruned.statistics(),
        Machine.describe(),
        Engine.describe());
  }
}
