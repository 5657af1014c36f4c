package org.resnet4j.study;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.resnet4j.data.batch.Batch;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.nn.Probe;
import org.resnet4j.nn.Wiring;
import org.resnet4j.tensor.Tensors;
import org.resnet4j.train.Logits;

/**
 * Many passes of one batch through a network that is cut or rearranged in many ways.
 *
 * <p>The unchanged network runs once. Every other pass begins where its wiring first differs, so
 * that taking out each of L blocks costs about L / 2 passes; one feature map is kept at a time.
 */
final class LensPasses {
  private final LiveNetwork live;
  private final List<Wiring> wirings;
  private final List<Wiring.Visit> whole;

  LensPasses(LiveNetwork live, List<Wiring> wirings) {
    this.live = live;
    this.wirings = List.copyOf(wirings);
    this.whole = Wiring.whole(live.network()).visits();
  }

  /** What all passes cost, in passes through the whole network. */
  double cost() {
    double units = whole.size();
    double suffixes =
        wirings.stream().mapToDouble(w -> (w.visits().size() - shared(w)) / units).sum();
    return 1 + suffixes;
  }

  /** Judges each wiring on a batch, in their order. */
  List<LensJudgement> judge(Batch batch, Tensor images) {
    List<Logits> logits = logits(images);
    Logits unchanged = logits.get(wirings.size());
    return logits.stream()
        .limit(wirings.size())
        .map(changed -> LensJudgement.of(changed, unchanged, batch.labels(), batch.size()))
        .toList();
  }

  /** The logits of each wiring, in their order, and of the unchanged network. */
  private List<Logits> logits(Tensor images) {
    List<Wiring> all = new ArrayList<>(wirings);
    all.add(new Wiring(whole));
    Logits[] logits = new Logits[all.size()];
    try (NoGradGuard constant = new NoGradGuard()) {
      Tensor x = stem(images);
      try {
        for (int unit = 0; unit <= whole.size(); unit++) {
          for (int w = 0; w < logits.length; w++) {
            if (shared(all.get(w)) == unit) {
              logits[w] = rest(x, all.get(w).visits(), unit);
            }
          }
          if (unit < whole.size()) {
            Tensor y = through(x, unit);
            x.close();
            x = y;
          }
        }
      } finally {
        x.close();
      }
    }
    return List.of(logits);
  }

  /** How many units from the start run as in the unchanged network. */
  private int shared(Wiring wiring) {
    int most = Math.min(whole.size(), wiring.visits().size());
    int shared = 0;
    while (shared < most && wiring.visits().get(shared).equals(whole.get(shared))) {
      shared++;
    }
    return shared;
  }

  /** Kept for the caller, who closes it. */
  private Tensor stem(Tensor images) {
    try (PointerScope temporaries = new PointerScope()) {
      return kept(live.stem(images, Probe.NONE));
    }
  }

  /** Kept for the caller, who closes it. */
  private Tensor through(Tensor x, int unit) {
    try (PointerScope temporaries = new PointerScope()) {
      return kept(live.through(x, whole.subList(unit, unit + 1), Probe.NONE));
    }
  }

  /** By a handle of its own: what an operation in place returns dies with its operand's. */
  private static Tensor kept(Tensor tensor) {
    return Tensors.keep(tensor.detach());
  }

  private Logits rest(Tensor x, List<Wiring.Visit> visits, int from) {
    try (PointerScope temporaries = new PointerScope()) {
      Tensor y = live.through(x, visits.subList(from, visits.size()), Probe.NONE);
      return new Logits(Tensors.floats(live.logits(y, Probe.NONE)), live.network().classes());
    }
  }
}
