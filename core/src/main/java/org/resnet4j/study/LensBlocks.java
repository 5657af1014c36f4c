package org.resnet4j.study;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.PointerScope;
import org.jspecify.annotations.Nullable;
import org.resnet4j.arch.Layer;
import org.resnet4j.arch.Unit;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.tensor.Tensors;

/** Makes figures of sums, block by block. */
final class LensBlocks {
  private final LiveNetwork live;
  private final LensSums sums;
  private final LensSurvey.Judged judged;
  private final List<Integer> removable;

  /**
   * @param judged the unchanged network, then the one without each removable block
   */
  LensBlocks(LiveNetwork live, LensSums sums, LensSurvey.Judged judged, List<Integer> removable) {
    this.live = live;
    this.sums = sums;
    this.judged = judged;
    this.removable = removable;
  }

  /** Every block, first to last. */
  List<LensBlock> all() {
    List<LensBlock> blocks = new ArrayList<>();
    List<Unit> units = live.network().units();
    for (int i = 0; i < units.size(); i++) {
      int place = removable.indexOf(i);
      blocks.add(
          block(
              units.get(i),
              sums.units().get(i),
              place < 0 ? null : judged.judgements().get(place + 1)));
    }
    return blocks;
  }

  private LensBlock block(Unit unit, LensSums.OfUnit sum, @Nullable LensJudgement without) {
    boolean plain = unit.plain();
    Set<String> names = names(unit.layers());
    List<LensSums.OfRelu> relus =
        sums.relus().stream().filter(relu -> names.contains(relu.layer())).toList();
    double branch = Math.sqrt(sum.byBranch());
    double shortcut = Math.sqrt(sum.byShortcut());
    return new LensBlock(
        unit.name(),
        unit.block().kind(),
        unit.block().shortcut().label(),
        sum.branchStd(),
        plain ? null : sum.shortcutStd(),
        plain ? null : finite(sum.ratio() / sum.ratios()),
        plain ? null : finite(sum.cosine() / sum.images()),
        plain ? null : finite(branch / (branch + shortcut)),
        LensSurvey.removal(unit),
        without == null ? null : finite(without.meanLoss()),
        without == null ? null : finite(without.top1()),
        without == null ? null : finite(without.meanChange()),
        without == null ? null : finite(without.changeError()),
        without == null ? null : without.broken(),
        without == null ? null : without.fixed(),
        drift(names),
        relus.stream().mapToLong(relu -> relu.largest().size()).sum(),
        relus.stream().mapToLong(LensSums.OfRelu::dead).sum());
  }

  private static Set<String> names(List<Layer> layers) {
    return layers.stream().map(Layer::name).collect(Collectors.toSet());
  }

  private static @Nullable Double finite(double value) {
    return Double.isFinite(value) ? value : null;
  }

  /** Of the batch norms before the blocks. */
  @Nullable LensDrift stemDrift() {
    return drift(names(live.network().stemLayers()));
  }

  private @Nullable LensDrift drift(Set<String> layers) {
    List<Double> means = new ArrayList<>();
    List<Double> variances = new ArrayList<>();
    for (LensSums.OfNorm norm : sums.norms()) {
      if (layers.contains(norm.layer())) {
        float[] stored = stored(norm.layer() + ".running_var");
        for (int c = 0; c < stored.length; c++) {
          double mean = norm.sums().get(c) / norm.values();
          double variance = norm.squares().get(c) / norm.values() - mean * mean;
          // Over stored + EPSILON it was taken: so that two channels that are constant agree.
          double share = LensProbe.EPSILON / (stored[c] + LensProbe.EPSILON);
          means.add(Math.abs(mean));
          variances.add(Math.abs(Math.log(Math.max(0, variance) + share)));
        }
      }
    }
    return means.isEmpty() ? null : LensDrift.of(means, variances);
  }

  private float[] stored(String name) {
    try (PointerScope temporaries = new PointerScope()) {
      return Tensors.floats(live.tensor(name));
    }
  }
}
