package org.resnet4j.nn;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.resnet4j.arch.Shortcut;
import org.resnet4j.arch.Shortcut.ZeroPadded;
import org.resnet4j.arch.Unit;

/** A unit with its layers: {@code y = relu(branch(x) + shortcut(x))}. */
final class LiveUnit implements AutoCloseable {
  private final Unit unit;
  private final List<LiveLayer> branch;
  private final Optional<LiveLayer> projection;

  LiveUnit(Unit unit, Map<String, Tensor> state) {
    this.unit = unit;
    this.branch = unit.branch().stream().map(layer -> new LiveLayer(layer, state)).toList();
    this.projection = unit.projection().map(layer -> new LiveLayer(layer, state));
  }

  Tensor forward(Tensor input, boolean training, Probe probe) {
    Tensor branched = branch(input, training);
    if (unit.block().shortcut() instanceof Shortcut.None) {
      if (probe != Probe.NONE) {
        probe.observe(unit, branched, new Tensor(), branched);
      }
      return torch.relu(branched);
    }
    Tensor shortcut = shortcut(input, training);
    if (probe == Probe.NONE) {
      // In place: nothing else reads the branch, and its batch norm does not need it going back.
      return torch.relu_(branched.add_(shortcut));
    }
    Tensor sum = branched.add(shortcut);
    probe.observe(unit, branched, shortcut, sum);
    return torch.relu(sum);
  }

  private Tensor branch(Tensor input, boolean training) {
    Tensor x = input;
    int last = branch.size() - 1;
    for (int i = 0; i < last; i++) {
      x = torch.relu_(branch.get(i).forward(x, training));
    }
    return branch.get(last).forward(x, training);
  }

  private Tensor shortcut(Tensor input, boolean training) {
    if (projection.isPresent()) {
      return projection.get().forward(input, training);
    }
    if (unit.block().shortcut() instanceof ZeroPadded padded) {
      return zeroPadded(input, padded.side());
    }
    return input;
  }

  private Tensor zeroPadded(Tensor input, ZeroPadded.Side side) {
    int stride = unit.block().stride();
    LongOptional everything = new LongOptional();
    Tensor thinned =
        input.slice(2, everything, everything, stride).slice(3, everything, everything, stride);
    int added = unit.block().out() - unit.block().in();
    int before = side == ZeroPadded.Side.AROUND ? added / 2 : 0;
    return torch.constant_pad_nd(thinned, 0, 0, 0, 0, before, added - before);
  }

  @Override
  public void close() {
    branch.forEach(LiveLayer::close);
    projection.ifPresent(LiveLayer::close);
  }
}
