package org.resnet4j.nn;

import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
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

  Tensor forward(Tensor input, Mode mode, Probe probe) {
    Tensor activated = before.forward(input, mode);
    Tensor branched = branch.forward(activated, mode);
    if (unit.plain()) {
      if (probe != Probe.NONE) {
        probe.observe(unit, branched, new Tensor(), branched);
      }
      return after.forward(branched, mode);
    }
    Tensor other;
    if (!shortcut.isEmpty() && shortcut.first() instanceof LiveLayer.Gated gate) {
      Tensor open = gate.forward(input, mode);
      other = input.mul(open.neg().add_(new Scalar(1)));
      branched = gate.exclusive() ? branched.mul(open) : branched;
    } else {
      other = shortcut.forward(unit.sharesActivation() ? activated : input, mode);
    }
    if (probe == Probe.NONE && branch.overwritable()) {
      // In place: nothing else reads the branch, and its batch norm does not need it going back.
      Tensor sum = branched.add_(other);
      return endsInRelu ? torch.relu_(sum) : after.forward(sum, mode);
    }
    Tensor sum = branched.add(other);
    if (probe != Probe.NONE) {
      probe.observe(unit, branched, other, sum);
    }
    return after.forward(sum, mode);
  }

  @Override
  public void close() {
    before.close();
    branch.close();
    shortcut.close();
    after.close();
  }
}
