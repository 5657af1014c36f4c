package org.resnet4j.weights;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What a pickle may hold besides texts, numbers and truth values, which are Java's own.
 *
 * <p>Nothing here does anything. A list may hold itself, so nobody may walk through one blindly.
 */
sealed interface PickleValue {
  /** What a message calls it. */
  String describe();

  /** Values that mean nothing for weights, and Python's None. */
  record Opaque(String describe) implements PickleValue {}

  /** A list, which grows, or a tuple, which does not. */
  final class Sequence implements PickleValue {
    private final List<Object> items;
    private final boolean grows;

    private Sequence(List<Object> items, boolean grows) {
      this.items = items;
      this.grows = grows;
    }

    static Sequence list() {
      return new Sequence(new ArrayList<>(0), true);
    }

    static Sequence tuple(List<Object> items) {
      return new Sequence(items, false);
    }

    boolean grows() {
      return grows;
    }

    void addAll(List<Object> more) {
      items.addAll(more);
    }

    List<Object> items() {
      return Collections.unmodifiableList(items);
    }

    @Override
    public String describe() {
      return grows ? "a list" : "a tuple";
    }
  }

  /** A dict as pairs in their order; keys may repeat until somebody looks. */
  final class Dictionary implements PickleValue {
    private final List<Object> keys = new ArrayList<>(0);
    private final List<Object> values = new ArrayList<>(0);

    void put(Object key, Object value) {
      keys.add(key);
      values.add(value);
    }

    List<Object> keys() {
      return Collections.unmodifiableList(keys);
    }

    List<Object> values() {
      return Collections.unmodifiableList(values);
    }

    @Override
    public String describe() {
      return "a dict";
    }
  }

  /** A function of the list that {@link PickleGlobals} has. */
  enum Function implements PickleValue {
    /** {@code OrderedDict()} or {@code OrderedDict([[key, value], ...])}. */
    DICTIONARY,
    /** {@code _rebuild_tensor(storage, offset, shape, strides, ...)}. */
    TENSOR,
    /** {@code _rebuild_parameter(tensor, ...)}. */
    PARAMETER,
    /** Makes something that no weights need and that is not made here either. */
    NOTHING;

    @Override
    public String describe() {
      return "a function";
    }
  }

  /** The class of a storage. */
  record StorageType(DType dtype) implements PickleValue {
    @Override
    public String describe() {
      return "a type";
    }
  }

  /**
   * Names a storage, or a part of one.
   *
   * @param key the storage's name in the file
   * @param dtype of its values
   * @param count values of the whole storage
   * @param start first value of the part
   * @param length values of the part
   */
  record StorageReference(String key, DType dtype, long count, long start, long length)
      implements PickleValue {
    long bytes() {
      return count * dtype.bytes();
    }

    @Override
    public String describe() {
      return "a storage";
    }
  }

  /**
   * A tensor that was not read yet; its values lie within its storage.
   *
   * @param offset of the first value, in values
   * @param shape the length of each axis
   * @param strides how many values apart the neighbours along each axis are
   */
  record TensorView(StorageReference storage, long offset, List<Long> shape, List<Long> strides)
      implements PickleValue {
    @Override
    public String describe() {
      return "a tensor";
    }

    long elements() {
      return shape.stream().reduce(1L, (a, b) -> a * b);
    }

    /** How many values of the storage lie between the first and the last, both included. */
    long span() {
      long span = 1;
      for (int axis = 0; axis < shape.size(); axis++) {
        span += (shape.get(axis) - 1) * strides.get(axis);
      }
      return span;
    }

    /** Whether the values lie in row-major order without gaps. */
    boolean contiguous() {
      long expected = 1;
      for (int axis = shape.size() - 1; axis >= 0; axis--) {
        if (shape.get(axis) != 1 && strides.get(axis) != expected) {
          return false;
        }
        expected *= shape.get(axis);
      }
      return true;
    }
  }
}
