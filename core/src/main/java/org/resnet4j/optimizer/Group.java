package org.resnet4j.optimizer;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.MemoryFormat;

/** Parameters that are treated alike. */
final class Group {
  private final Kind kind;
  private final List<Slot> slots = new ArrayList<>();

  /**
   * How they are treated.
   *
   * @param rateFactor above 0
   */
  record Kind(Rule rule, double decay, double rateFactor) {}

  /**
   * A parameter with what its rule keeps beside it.
   *
   * @param order of its values in memory
   */
  private record Slot(Tensor parameter, List<Tensor> kept, MemoryFormat order) {

    /** Its values in the order of the parameter's, on which calls for whole groups rely. */
    Tensor gradient() {
      Tensor gradient = parameter.mutable_grad();
      return gradient.is_contiguous(order) ? gradient : gradient.contiguous(order);
    }

    boolean learned() {
      return parameter.mutable_grad().defined();
    }
  }

  Group(Kind kind) {
    this.kind = kind;
  }

  void add(Tensor parameter, List<Tensor> kept) {
    boolean kernel = parameter.dim() == 4 && parameter.is_contiguous(MemoryFormat.ChannelsLast);
    slots.add(
        new Slot(parameter, kept, kernel ? MemoryFormat.ChannelsLast : MemoryFormat.Contiguous));
  }

  /** Those there are: nothing of the loss may have come through a parameter. */
  private List<Slot> learned() {
    return slots.stream().filter(Slot::learned).toList();
  }

  /** The gradients themselves. */
  List<Tensor> gradients() {
    return learned().stream().map(slot -> slot.parameter.mutable_grad()).toList();
  }

  void step(double rate, long step) {
    List<Slot> learned = learned();
    if (learned.isEmpty()) {
      return;
    }
    List<Bundle> kept = new ArrayList<>();
    for (int i = 0; i < kind.rule.kept().size(); i++) {
      int which = i;
      kept.add(new Bundle(learned.stream().map(slot -> slot.kept.get(which)).toList()));
    }
    Rule.Members members =
        new Rule.Members(
            new Bundle(learned.stream().map(Slot::parameter).toList()),
            new Bundle(learned.stream().map(Slot::gradient).toList()),
            kept);
    kind.rule.change(members, rate * kind.rateFactor, kind.decay, step);
  }

  void forget() {
    slots.forEach(slot -> slot.parameter.mutable_grad().reset());
  }
}
