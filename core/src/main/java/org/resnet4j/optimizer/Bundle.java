package org.resnet4j.optimizer;

import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorType;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.Type;
import org.bytedeco.pytorch.global.torch;

/**
 * Tensors that the engine treats in one call, element by element; lives in the scope it was made
 * in.
 *
 * <p>Methods that return nothing change the tensors themselves.
 */
public final class Bundle {
  private static final Operator MULTIPLY = new Operator("_foreach_mul_", "Scalar");
  private static final Operator MULTIPLY_EACH = new Operator("_foreach_mul_", "List");
  private static final Operator DIVIDE = new Operator("_foreach_div_", "Scalar");
  private static final Operator DIVIDE_EACH = new Operator("_foreach_div_", "List");
  private static final Operator QUOTIENT = new Operator("_foreach_div", "Scalar");
  private static final Operator ADD = new Operator("_foreach_add_", "Scalar");
  private static final Operator ADD_EACH = new Operator("_foreach_add_", "List");
  private static final Operator ADD_PRODUCT = new Operator("_foreach_addcmul_", "Scalar");
  private static final Operator ROOT = new Operator("_foreach_sqrt", "");
  private static final Operator TOWARDS = new Operator("_foreach_lerp_", "Scalar");
  private static final Operator MIX = new Operator("_foreach_lerp", "Scalar");
  private static final Operator COPY = new Operator("_foreach_copy_", "");
  private static final Operator NORM = new Operator("_foreach_norm", "Scalar");

  private final List<Tensor> tensors;
  private final IValue list;

  public Bundle(List<Tensor> tensors) {
    this.tensors = List.copyOf(tensors);
    GenericList values = new GenericList(new Type.TypePtr(TensorType.get()));
    values.reserve(tensors.size());
    for (Tensor tensor : tensors) {
      values.push_back(new IValue(tensor));
    }
    this.list = new IValue(values);
  }

  private static Bundle of(IValue returned) {
    return new Bundle(Arrays.asList(returned.toTensorVector().get()));
  }

  /** As an operator takes it. */
  IValue list() {
    return list;
  }

  List<Tensor> tensors() {
    return tensors;
  }

  void multiply(double factor) {
    MULTIPLY.call(list, new IValue(factor));
  }

  /** By tensors of the same shapes, or by scalars. */
  void multiply(Bundle factors) {
    MULTIPLY_EACH.call(list, factors.list);
  }

  void divide(double divisor) {
    DIVIDE.call(list, new IValue(divisor));
  }

  void divide(Bundle divisors) {
    DIVIDE_EACH.call(list, divisors.list);
  }

  Bundle quotient(double divisor) {
    return of(QUOTIENT.call(list, new IValue(divisor)).get(0));
  }

  void add(double summand) {
    ADD.call(list, new IValue(summand));
  }

  void add(Bundle summands, double factor) {
    ADD_EACH.call(list, summands.list, new IValue(factor));
  }

  /** Adds {@code factor * first * second}. */
  void addProduct(Bundle first, Bundle second, double factor) {
    ADD_PRODUCT.call(list, first.list, second.list, new IValue(factor));
  }

  Bundle root() {
    return of(ROOT.call(list).get(0));
  }

  /** Moves each part of the way to others: 0 stays, 1 arrives. */
  void towards(Bundle others, double part) {
    TOWARDS.call(list, others.list, new IValue(part));
  }

  /** As {@link #towards}, in new tensors. */
  Bundle mixed(Bundle others, double part) {
    return of(MIX.call(list, others.list, new IValue(part)).get(0));
  }

  /** Gives each the values of the other in its place. */
  public void copy(Bundle others) {
    COPY.call(list, others.list, new IValue(false));
  }

  /** The Euclidean norm of each tensor, (count). */
  public Tensor norms() {
    TensorVector norms = NORM.call(list, new IValue(2.0), new IValue()).get(0).toTensorVector();
    return torch.stack(norms);
  }

  /** Numbers, one for each tensor of another bundle. */
  static Bundle scalars(Tensor numbers) {
    return new Bundle(Arrays.asList(torch.unbind(numbers).get()));
  }
}
