package org.resnet4j.optimizer;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.resnet4j.tensor.Engine;

/**
 * An operator of the engine that treats lists of tensors in one call.
 *
 * <p>The binding for Java leaves out those whose names begin with an underscore; the engine's own
 * dispatcher finds them all the same. Arguments are checked there, by the operator's schema.
 */
final class Operator {
  private final OperatorHandle handle;

  /** Finds it once; it lives as long as the process. */
  Operator(String name, String overload) {
    Engine.start();
    try (PointerScope temporaries = new PointerScope()) {
      handle = Dispatcher.singleton().findSchemaOrThrow("aten::" + name, overload);
      handle.retainReference();
    }
  }

  /**
   * Calls it.
   *
   * @param arguments all that the schema lists, in order
   * @return what it returns, in the caller's scope; empty for an operator that returns nothing
   */
  IValueVector call(IValue... arguments) {
    IValueVector stack = new IValueVector(arguments);
    handle.callBoxed(stack);
    return stack;
  }
}
