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
  private record Slot(Tensor parameter, List<Tensor> kept, MemoryFormat order) {}

  Group(Kind kind) {
    this.kind = kind;
  }

  void add(Tensor parameter, List<Tensor> kept) {
    boolean kernel = parameter.dim() == 4 && parameter.is_contiguous(MemoryFormat.ChannelsLast);
    slots.add(
        new Slot(parameter, kept, kernel ? MemoryFormat.ChannelsLast : MemoryFormat.Contiguous));
  }

  /** Adds the gradients there are: nothing of the loss may have come through a parameter. */
  void gradients(List<Tensor> all) {
    for (Slot slot : slots) {
      Tensor gradient = slot.parameter.mutable_grad();
      if (gradient.defined()) {
        all.add(gradient);
      }
    }
  }

  /** Changes the parameters that have a gradient, and forgets it. */
  void step(double rate, long step) {
    List<Tensor> parameters = new ArrayList<>();
    List<Tensor> gradients = new ArrayList<>();
    List<Tensor> ordered = new ArrayList<>(); // As the parameters are: whole groups rely on it.
    List<List<Tensor>> kept = new ArrayList<>();
    kind.rule.kept().forEach(name -> kept.add(new ArrayList<>()));
    for (Slot slot : slots) {
      Tensor gradient = slot.parameter.mutable_grad();
      if (gradient.defined()) {
        parameters.add(slot.parameter);
        gradients.add(gradient);
        ordered.add(
            gradient.is_contiguous(slot.order) ? gradient : gradient.contiguous(slot.order));
        for (int i = 0; i < kept.size(); i++) {
          kept.get(i).add(slot.kept.get(i));
        }
      }
    }
    if (!parameters.isEmpty()) {
      Rule.Members members =
          new Rule.Members(
              new Bundle(parameters), new Bundle(ordered), kept.stream().map(Bundle::new).toList());
      kind.rule.change(members, rate * kind.rateFactor, kind.decay, step);
    }
    gradients.forEach(Tensor::reset);
  }

  void forget() {
    slots.forEach(slot -> slot.parameter.mutable_grad().reset());
  }
}
