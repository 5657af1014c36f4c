package org.resnet4j.arch;

import java.util.List;

/**
 * An operation in its place in a network.
 *
 * @param name the module's name in PyTorch, e.g. {@code layer1.0.conv1}
 * @param operation what it does
 * @param in the shape that reaches it
 */
public record Layer(String name, Operation operation, Shape in) {
  public Shape out() {
    return operation.output(in);
  }

  /** Every tensor of the layer, in PyTorch's order. */
  public List<Parameter> state() {
    return operation.state(name);
  }

  /** The number of trained values. */
  public long parameters() {
    return state().stream().filter(p -> p.role().trained()).mapToLong(Parameter::size).sum();
  }

  /** Multiply-adds for one image; norms are not counted, as in the paper. */
  public long multiplyAdds() {
    return operation.multiplyAdds(in);
  }
}
