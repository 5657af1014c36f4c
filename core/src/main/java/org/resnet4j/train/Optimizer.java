package org.resnet4j.train;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.resnet4j.arch.Parameter;
import org.resnet4j.arch.Parameter.Role;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.recipe.Optimization;
import org.resnet4j.recipe.Recipe;
import org.resnet4j.tensor.Tensors;

/**
 * Changes the weights of one network by their gradients, with PyTorch's arithmetic.
 *
 * <p>Its own state lies beside the parameters under names that end in what it is, so that a
 * checkpoint can hold it.
 */
final class Optimizer implements AutoCloseable {
  private static final double ADAM_BETA2 = 0.999;
  private static final double ADAM_EPSILON = 1e-8;

  private final Recipe recipe;
  private final List<Slot> slots = new ArrayList<>();
  private final Map<String, Tensor> state = new LinkedHashMap<>();

  private record Slot(Tensor parameter, Tensor first, Tensor second, double decay) {}

  Optimizer(Recipe recipe, LiveNetwork network) {
    this.recipe = recipe;
    try (PointerScope scope = new PointerScope()) {
      for (Parameter parameter : network.network().state()) {
        if (parameter.role().trained()) {
          Tensor tensor = network.tensor(parameter.name());
          double decay =
              decays(recipe.optimization().decayed(), parameter.role())
                  ? recipe.optimization().weightDecay()
                  : 0;
          slots.add(
              recipe.optimization().optimizer() == Optimization.Rule.SGD
                  ? slot(tensor, keep(parameter.name() + ".momentum", tensor), decay)
                  : new Slot(
                      tensor,
                      keep(parameter.name() + ".mean", tensor),
                      keep(parameter.name() + ".square", tensor),
                      decay));
        }
      }
    }
  }

  private static Slot slot(Tensor parameter, Tensor momentum, double decay) {
    return new Slot(parameter, momentum, momentum, decay);
  }

  private Tensor keep(String name, Tensor like) {
    Tensor zeros = Tensors.keep(torch.zeros_like(like.detach()));
    state.put(name, zeros);
    return zeros;
  }

  static boolean decays(Optimization.Decayed policy, Role role) {
    return switch (policy) {
      case ALL -> true;
      case NO_NORM -> role == Role.CONVOLUTION_WEIGHT || role == Role.LINEAR_WEIGHT;
      case CONVOLUTIONS -> role == Role.CONVOLUTION_WEIGHT;
    };
  }

  /** Momentum buffers by name; they stay the optimizer's. */
  Map<String, Tensor> state() {
    return state;
  }

  /**
   * Changes every parameter by its gradient and forgets the gradient.
   *
   * @param step from 0, which AdamW needs to correct its averages
   */
  void step(double rate, long step) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard constant = new NoGradGuard()) {
      for (Slot slot : slots) {
        Tensor gradient = slot.parameter.mutable_grad();
        if (!gradient.defined()) {
          continue; // Nothing of the loss came through this parameter.
        }
        if (recipe.optimization().optimizer() == Optimization.Rule.SGD) {
          sgd(slot, gradient, rate);
        } else {
          adamW(slot, gradient, rate, step);
        }
        gradient.reset();
      }
    }
  }

  private void sgd(Slot slot, Tensor gradient, double rate) {
    if (slot.decay > 0) {
      gradient.add_(slot.parameter, new Scalar(slot.decay));
    }
    Tensor direction = gradient;
    if (recipe.optimization().momentum() > 0) {
      Scalar momentum = new Scalar(recipe.optimization().momentum());
      slot.first.mul_(momentum).add_(gradient);
      direction =
          recipe.optimization().nesterov() ? gradient.add_(slot.first, momentum) : slot.first;
    }
    slot.parameter.add_(direction, new Scalar(-rate));
  }

  private void adamW(Slot slot, Tensor gradient, double rate, long step) {
    double beta1 = recipe.optimization().momentum();
    double correction1 = 1 - Math.pow(beta1, (double) step + 1);
    double correction2 = 1 - Math.pow(ADAM_BETA2, (double) step + 1);
    slot.parameter.mul_(new Scalar(1 - rate * slot.decay));
    slot.first.mul_(new Scalar(beta1)).add_(gradient, new Scalar(1 - beta1));
    slot.second
        .mul_(new Scalar(ADAM_BETA2))
        .addcmul_(gradient, gradient, new Scalar(1 - ADAM_BETA2));
    Tensor root =
        slot.second.sqrt().div_(new Scalar(Math.sqrt(correction2))).add_(new Scalar(ADAM_EPSILON));
    slot.parameter.addcdiv_(slot.first, root, new Scalar(-rate / correction1));
  }

  @Override
  public void close() {
    state.values().forEach(Tensor::close);
  }
}
