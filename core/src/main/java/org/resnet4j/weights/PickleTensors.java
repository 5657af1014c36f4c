package org.resnet4j.weights;

import java.util.ArrayList;
import java.util.List;
import org.resnet4j.weights.PickleValue.Sequence;
import org.resnet4j.weights.PickleValue.StorageReference;
import org.resnet4j.weights.PickleValue.StorageType;
import org.resnet4j.weights.PickleValue.TensorView;

/** Checks the arguments of what makes storages and tensors, so that no view leaves its storage. */
final class PickleTensors {
  private static final int MOST_AXES = 64;

  private final PickleInput in;
  private final List<StorageReference> storages = new ArrayList<>();

  PickleTensors(PickleInput in) {
    this.in = in;
  }

  List<StorageReference> storages() {
    return storages;
  }

  /**
   * The storage of a persistent id {@code ('storage', type, key, location, count)}; before PyTorch
   * 1.6 a sixth part may say which part of it is meant: {@code (key, offset, length)}.
   */
  StorageReference storage(List<Object> id) {
    if (id.size() < 5 || id.size() > 6 || !id.get(0).equals("storage")) {
      throw in.fault("names something outside the pickle that is no storage");
    }
    if (!(id.get(1) instanceof StorageType type)
        || !(id.get(2) instanceof String key)
        || !(id.get(4) instanceof Long count)) {
      throw in.fault("names a storage whose type, key or length is none");
    }
    long start = 0;
    long length = count;
    if (id.size() == 6 && id.get(5) instanceof Sequence part) {
      List<Long> view = numbers(part, 1);
      if (view.size() != 2) {
        throw in.fault("names a part of a storage by %d numbers".formatted(view.size()));
      }
      start = view.get(0);
      length = view.get(1);
    }
    if (count < 0
        || count > Long.MAX_VALUE / Long.BYTES
        || start < 0
        || length < 0
        || start > count - length) {
      throw in.fault(
          "names %d values from %d of storage %s, which has %d"
              .formatted(length, start, WeightsException.quote(key), count));
    }
    StorageReference reference = new StorageReference(key, type.dtype(), count, start, length);
    storages.add(reference);
    return reference;
  }

  /** A view of {@code (storage, offset, shape, strides, ...)}. */
  TensorView tensor(List<Object> arguments) {
    if (arguments.size() < 4
        || arguments.size() > 7
        || !(arguments.get(0) instanceof StorageReference storage)
        || !(arguments.get(1) instanceof Long offset)
        || !(arguments.get(2) instanceof Sequence shape)
        || !(arguments.get(3) instanceof Sequence strides)) {
      throw in.fault("makes a tensor of something that is no storage, offset, shape and strides");
    }
    TensorView view = new TensorView(storage, offset, numbers(shape, 0), numbers(strides, 0));
    check(view);
    return view;
  }

  private void check(TensorView view) {
    boolean fits = view.shape().size() == view.strides().size() && view.offset() >= 0;
    try {
      long last = view.offset();
      for (int axis = 0; fits && axis < view.shape().size(); axis++) {
        long steps = Math.max(0, view.shape().get(axis) - 1);
        last = Math.addExact(last, Math.multiplyExact(steps, view.strides().get(axis)));
      }
      long bytes = TensorEntry.bytes(view.storage().dtype(), view.shape());
      fits &= bytes == 0 || last < view.storage().length();
      if (fits && bytes > Integer.MAX_VALUE) {
        throw in.fault(
            "makes a tensor %s of %d bytes; one may have at most %d"
                .formatted(view.shape(), bytes, Integer.MAX_VALUE));
      }
    } catch (ArithmeticException | IllegalArgumentException e) {
      fits = false;
    }
    if (!fits) {
      throw in.fault(
          "makes a tensor %s with strides %s from %d on of a storage of %d values"
              .formatted(view.shape(), view.strides(), view.offset(), view.storage().length()));
    }
  }

  /** The tensor of {@code (tensor, ...)}. */
  TensorView parameter(List<Object> arguments) {
    if (arguments.isEmpty()
        || arguments.size() > 4
        || !(arguments.get(0) instanceof TensorView tensor)) {
      throw in.fault("makes a parameter of something that is no tensor");
    }
    return tensor;
  }

  private List<Long> numbers(Sequence sequence, int from) {
    List<Object> items = sequence.items();
    if (items.size() - from > MOST_AXES) {
      throw in.fault(
          "has a tensor of %d axes; at most %d are read".formatted(items.size(), MOST_AXES));
    }
    List<Long> numbers = new ArrayList<>();
    for (Object item : items.subList(Math.min(from, items.size()), items.size())) {
      if (!(item instanceof Long number) || number < 0) {
        throw in.fault("has a shape, stride or offset that is no whole number from 0 on");
      }
      numbers.add(number);
    }
    return List.copyOf(numbers);
  }
}
