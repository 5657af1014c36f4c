package org.resnet4j.optimizer;

import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Adam whose step is, tensor by tensor, as long as the weights are; arXiv 1904.00962, algorithm 2,
 * with the choices that arXiv 2110.00476 trained with: tensors without decay step as Adam does.
 *
 * @param beta1 the memory of the mean of gradients
 */
record Lamb(double beta1) implements Rule {
  private static final double BETA2 = 0.999;
  private static final double EPSILON = 1e-6;

  @Override
  public List<String> kept() {
    return List.of("mean", "square");
  }

  @Override
  public void change(Members members, double rate, double decay, long step) {
    Bundle parameters = members.parameters();
    Bundle gradients = members.gradients();
    Bundle mean = members.kept().get(0);
    Bundle square = members.kept().get(1);
    mean.towards(gradients, 1 - beta1);
    square.multiply(BETA2);
    square.addProduct(gradients, gradients, 1 - BETA2);

    // Averages that began at zero are too small at first.
    Bundle root = square.root();
    root.divide(Math.sqrt(1 - Math.pow(BETA2, (double) step + 1)));
    root.add(EPSILON);
    Bundle change = mean.quotient(1 - Math.pow(beta1, (double) step + 1));
    change.divide(root);
    if (decay > 0) {
      change.add(parameters, decay);
      change.multiply(Bundle.scalars(trust(parameters.norms(), change.norms())));
    }
    parameters.add(change, -rate);
  }

  /** How much longer the weights are than the change; 1 where either is nothing. */
  private static Tensor trust(Tensor weights, Tensor changes) {
    Scalar zero = new Scalar(0.0);
    Tensor both = weights.gt(zero).logical_and(changes.gt(zero));
    return torch.where(both, weights.div(changes), new Scalar(1.0));
  }
}
