package org.resnet4j.nn;

import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;
import org.resnet4j.arch.Operation;
import org.resnet4j.arch.Unit;

/** A unit with its tensors: {@code y = after(branch(before(x)) + shortcut(x))}. */
final class LiveUnit implements AutoCloseable {
  private final Unit unit;
  private final LivePath before;
  private final LivePath branch;
  private final LivePath shortcut;
  private final LivePath after;
  private final boolean endsInRelu;

  LiveUnit(Unit unit, Map<String, Tensor> state) {
    this.unit = unit;
    this.before = new LivePath(unit.before(), state);
    this.branch = new LivePath(unit.branch(), state);
    this.shortcut = new LivePath(unit.shortcut(), state);
    this.after = new LivePath(unit.after(), state);
    this.endsInRelu =
        unit.after().size() == 1 && unit.after().get(0).operation() instanceof Operation.Relu;
  }

  Tensor forward(Tensor input, Wiring.Paths paths, Mode mode, Probe probe) {
    boolean watched = probe != Probe.NONE || paths != Wiring.Paths.BOTH;
    if (paths == Wiring.Paths.SHORTCUT) {
      return after.forward(shortcutOf(input, mode, probe), mode, probe);
    }
    if (unit.plain()) {
      return plain(input, mode, probe);
    }
    return watched ? watched(input, paths, mode, probe) : fast(input, mode);
  }

  private Tensor plain(Tensor input, Mode mode, Probe probe) {
    Tensor activated = before.forward(input, mode, probe);
    Tensor branched = branch.forward(activated, mode, probe);
    if (probe != Probe.NONE) {
      Tensor none = new Tensor();
      probe.observe(unit, new Probe.Pass(input, input, none, branched, none, branched));
    }
    return after.forward(branched, mode, probe);
  }

  /** The shortcut alone, where nothing runs the branch. */
  private Tensor shortcutOf(Tensor input, Mode mode, Probe probe) {
    if (gate() != null) {
      return input.mul(open(input, mode).neg().add_(new Scalar(1)));
    }
    Tensor start = unit.sharesActivation() ? before.forward(input, mode, probe) : input;
    return shortcut.forward(start, mode, probe);
  }

  private Tensor fast(Tensor input, Mode mode) {
    Tensor activated = before.forward(input, mode, Probe.NONE);
    Tensor branched = branch.forward(activated, mode, Probe.NONE);
    Tensor other;
    LiveLayer.Gated gate = gate();
    if (gate != null) {
      Tensor open = open(input, mode);
      other = input.mul(open.neg().add_(new Scalar(1)));
      branched = gate.exclusive() ? branched.mul(open) : branched;
    } else {
      Tensor start = unit.sharesActivation() ? activated : input;
      other = shortcut.forward(start, mode, Probe.NONE);
    }
    if (branch.overwritable()) {
      // In place: nothing else reads the branch, and its batch norm does not need it going back.
      branched.add_(other);
      if (endsInRelu) {
        torch.relu_(branched);
        return branched;
      }
      return after.forward(branched, mode, Probe.NONE);
    }
    return after.forward(branched.add(other), mode, Probe.NONE);
  }

  /** The same values, with each path a node of its own and nothing overwritten. */
  private Tensor watched(Tensor input, Wiring.Paths paths, Mode mode, Probe probe) {
    boolean shares = unit.sharesActivation();
    Tensor start = shares ? before.forward(input, mode, probe) : input;
    Tensor toBranch = start.alias();
    Tensor toShortcut = start.alias();
    Tensor activated = shares ? toBranch : before.forward(toBranch, mode, probe);
    Tensor branched = branch.forward(activated, mode, probe);
    Tensor other;
    LiveLayer.Gated gate = gate();
    if (gate != null) {
      Tensor open = open(toShortcut, mode);
      other = toShortcut.mul(open.neg().add_(new Scalar(1)));
      branched = gate.exclusive() ? branched.mul(open) : branched;
    } else {
      other = shortcut.forward(toShortcut, mode, probe);
    }
    Tensor sum =
        switch (paths) {
          case GRADIENT_BY_BRANCH -> branched.add(other.detach());
          case GRADIENT_BY_SHORTCUT -> branched.detach().add(other);
          case BOTH, SHORTCUT -> branched.add(other);
        };
    if (probe != Probe.NONE) {
      probe.observe(unit, new Probe.Pass(input, toBranch, toShortcut, branched, other, sum));
    }
    return after.forward(sum, mode, probe);
  }

  private LiveLayer.@Nullable Gated gate() {
    return !shortcut.isEmpty() && shortcut.first() instanceof LiveLayer.Gated gate ? gate : null;
  }

  private Tensor open(Tensor input, Mode mode) {
    return shortcut.first().forward(input, mode);
  }

  @Override
  public void close() {
    before.close();
    branch.close();
    shortcut.close();
    after.close();
  }
}
