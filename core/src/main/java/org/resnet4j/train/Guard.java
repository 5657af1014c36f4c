package org.resnet4j.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.resnet4j.arch.Parameter;
import org.resnet4j.arch.Parameter.Role;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.optimizer.Bundle;
import org.resnet4j.tensor.Tensors;

/**
 * Finds NaN and infinity in the step in which they appear, and takes back what such a step did.
 *
 * <p>A loss alone does not tell: {@code max(0, NaN)} is 0 in fused operators, so one broken pixel
 * may leave the loss as it was and only the statistics of a batch norm without value.
 */
final class Guard implements AutoCloseable {
  private final List<String> names = new ArrayList<>();
  private final List<Tensor> numbers = new ArrayList<>();
  private final List<Tensor> statistics = new ArrayList<>();
  private final List<Tensor> before = new ArrayList<>();

  Guard(LiveNetwork network) {
    try (PointerScope temporaries = new PointerScope();
        NoGradGuard constant = new NoGradGuard()) {
      for (Parameter parameter : network.network().state()) {
        Tensor tensor = network.tensor(parameter.name());
        if (parameter.role() != Role.BATCHES_TRACKED) {
          names.add(parameter.name());
          numbers.add(tensor);
        }
        if (!parameter.role().trained()) {
          statistics.add(tensor);
          before.add(Tensors.keep(tensor.clone()));
        }
      }
    }
  }

  /** Remembers the statistics of batch norms, before a step changes them. */
  void remember() {
    copy(before, statistics);
  }

  /** Gives batch norms the statistics that were remembered. */
  void takeBack() {
    copy(statistics, before);
  }

  private static void copy(List<Tensor> to, List<Tensor> from) {
    if (to.isEmpty()) {
      return;
    }
    try (PointerScope temporaries = new PointerScope();
        NoGradGuard constant = new NoGradGuard()) {
      new Bundle(to).copy(new Bundle(from));
    }
  }

  /** Whether all values of a tensor are numbers. */
  static boolean finite(Tensor values) {
    return Double.isFinite(values.sum().item_double());
  }

  /** The first weight or statistic that holds something else than numbers. */
  Optional<String> unsound() {
    return firstUnsound(names, numbers);
  }

  /** The first of the tensors that holds something else than numbers. */
  static Optional<String> firstUnsound(List<String> names, List<Tensor> tensors) {
    if (tensors.isEmpty()) {
      return Optional.empty();
    }
    try (PointerScope temporaries = new PointerScope();
        NoGradGuard constant = new NoGradGuard()) {
      Tensor norms = new Bundle(tensors).norms();
      if (finite(norms)) {
        return Optional.empty();
      }
      float[] each = Tensors.floats(norms);
      for (int i = 0; i < each.length; i++) {
        if (!Float.isFinite(each[i])) {
          return Optional.of(names.get(i));
        }
      }
      return Optional.empty(); // Each is a number, only their sum is too large for one.
    }
  }

  @Override
  public void close() {
    before.forEach(Tensor::close);
  }
}
