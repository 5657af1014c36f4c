package org.resnet4j.optimizer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.resnet4j.tensor.Precision;

/**
 * Steps along the orthogonal matrix that is nearest to the momentum, for kernels seen as matrices
 * (out, in x height x width): every direction of a layer changes at the same pace. Keller Jordan,
 * kellerjordan.github.io/posts/muon, 2024; the arithmetic is that of {@code torch.optim.Muon}.
 *
 * @param nesterov whether the direction is {@code g + momentum * v} instead of {@code v}
 * @param precision of the iteration: the network's, where PyTorch always takes bf16
 */
record Muon(double momentum, boolean nesterov, Precision precision) implements Rule {
  private static final double A = 3.4445;
  private static final double B = -4.7750;
  private static final double C = 2.0315;
  private static final int ITERATIONS = 5;
  private static final double EPSILON = 1e-7;
  private static final long[] MATRIX = {1, 2};

  @Override
  public List<String> kept() {
    return List.of("momentum");
  }

  @Override
  public void change(Members members, double rate, double decay, long step) {
    Bundle velocities = members.kept().get(0);
    velocities.towards(members.gradients(), 1 - momentum);
    Bundle directions = nesterov ? members.gradients().mixed(velocities, momentum) : velocities;
    if (decay > 0) {
      members.parameters().multiply(1 - rate * decay);
    }
    List<Tensor> parameters = members.parameters().tensors();
    for (List<Integer> alike : alike(parameters)) {
      TensorVector matrices = new TensorVector();
      for (int i : alike) {
        Tensor direction = directions.tensors().get(i);
        matrices.push_back(direction.reshape(direction.size(0), -1));
      }
      Tensor changes =
          orthogonal(torch.stack(matrices).to(precision.type())).to(torch.ScalarType.Float);
      // Of a tall matrix the orthogonal one is shorter in each row; this makes up for it.
      double scale = Math.sqrt(Math.max(1, (double) changes.size(1) / changes.size(2)));
      List<Tensor> targets = new ArrayList<>();
      List<Tensor> shaped = new ArrayList<>();
      for (int k = 0; k < alike.size(); k++) {
        Tensor target = parameters.get(alike.get(k));
        targets.add(target);
        shaped.add(changes.select(0, k).view_as(target));
      }
      new Bundle(targets).add(new Bundle(shaped), -rate * scale);
    }
  }

  /** Where matrices of each shape lie, so that they go through the iteration together. */
  private static Iterable<List<Integer>> alike(List<Tensor> tensors) {
    Map<List<Long>, List<Integer>> places = new LinkedHashMap<>();
    for (int i = 0; i < tensors.size(); i++) {
      List<Long> shape = List.of(tensors.get(i).size(0), tensors.get(i).numel());
      places.computeIfAbsent(shape, key -> new ArrayList<>()).add(i);
    }
    return places.values();
  }

  /**
   * Brings all singular values near 1, between about 0.7 and 1.2, by a Newton-Schulz iteration of
   * fifth order.
   *
   * @param matrices (count, rows, columns)
   */
  static Tensor orthogonal(Tensor matrices) {
    boolean tall = matrices.size(1) > matrices.size(2);
    Tensor x = tall ? matrices.transpose(1, 2) : matrices;
    Tensor norms =
        torch.linalg_vector_norm(x, new Scalar(2.0), MATRIX, true, new ScalarTypeOptional());
    x = x.div(norms.clamp_min(new Scalar(EPSILON)));
    for (int i = 0; i < ITERATIONS; i++) {
      Tensor gram = x.bmm(x.transpose(1, 2));
      Tensor polynomial = torch.baddbmm(gram, gram, gram, new Scalar(B), new Scalar(C));
      x = torch.baddbmm(x, polynomial, x, new Scalar(A), new Scalar(1.0));
    }
    return tall ? x.transpose(1, 2) : x;
  }
}
