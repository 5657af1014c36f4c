package org.resnet4j.weights;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.resnet4j.weights.PickleValue.TensorView;

/**
 * Reads the values of tensors; views of one place share their bytes.
 *
 * <p>What is kept is never more than the file's size and a little, whatever the views ask for, and
 * what is read is only a few times that.
 */
final class TensorReader {
  private static final long SPARE_MEMORY = 16 << 20;
  private static final long SPARE_WORK = 64 << 20;
  private static final int MOST_READINGS = 4;

  private final FileBytes bytes;
  private final Map<String, Storage> storages;
  private final Map<Place, ByteBuffer> shared = new HashMap<>();
  private long memory;
  private long work;

  TensorReader(FileBytes bytes, Map<String, Storage> storages) {
    this.bytes = bytes;
    this.storages = storages;
    this.memory = bytes.size() + SPARE_MEMORY;
    this.work = MOST_READINGS * bytes.size() + SPARE_WORK;
  }

  private record Place(String storage, long start, int length) {}

  TensorEntry read(String name, TensorView view) throws IOException {
    return new TensorEntry(name, view.storage().dtype(), view.shape(), values(name, view));
  }

  private ByteBuffer values(String name, TensorView view) throws IOException {
    if (view.elements() == 0) {
      return ByteBuffer.allocate(0);
    }
    int width = view.storage().dtype().bytes();
    long start = (view.storage().start() + view.offset()) * width;
    long length = view.span() * width;
    long size = view.elements() * width;
    Place place = new Place(view.storage().key(), start, (int) length);
    ByteBuffer kept = view.contiguous() ? shared.get(place) : null;
    if (kept != null) {
      return kept;
    }
    Storage storage = requireNonNull(storages.get(place.storage()));
    memory -= size;
    work -= storage.work(length);
    long transients = view.contiguous() ? 0 : length;
    if (memory < transients || work < 0 || length > Integer.MAX_VALUE) {
      throw bytes.fault(
          "%s: %d bytes made of %d are more than is read from a file of %d bytes; save it anew:"
                  .formatted(WeightsException.quote(name), size, length, bytes.size())
              + " torch.save({name: value.clone() for ...}, ...)");
    }
    ByteBuffer values = storage.read(start, (int) length);
    if (!view.contiguous()) {
      return gathered(values, view, (int) size);
    }
    shared.put(place, values);
    return values;
  }

  /** Puts values into row-major order. */
  private static ByteBuffer gathered(ByteBuffer from, TensorView view, int size) {
    int width = view.storage().dtype().bytes();
    int axes = view.shape().size();
    int[] shape = ints(view.shape());
    int[] strides = new int[axes];
    for (int axis = 0; axis < axes; axis++) {
      // An axis of length 1 may have any stride; it is never used.
      strides[axis] = shape[axis] == 1 ? 0 : (int) (view.strides().get(axis) * width);
    }
    ByteBuffer values = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    int[] index = new int[axes];
    int last = axes - 1;
    int position = 0;
    while (values.hasRemaining()) {
      for (int i = 0, next = position; i < shape[last]; i++, next += strides[last]) {
        switch (width) {
          case 1 -> values.put(from.get(next));
          case 2 -> values.putShort(from.getShort(next));
          case 4 -> values.putInt(from.getInt(next));
          default -> values.putLong(from.getLong(next));
        }
      }
      int axis = last - 1;
      for (; axis >= 0 && ++index[axis] == shape[axis]; axis--) {
        index[axis] = 0;
        position -= (shape[axis] - 1) * strides[axis];
      }
      if (axis >= 0) {
        position += strides[axis];
      }
    }
    return values.flip();
  }

  private static int[] ints(List<Long> numbers) {
    return numbers.stream().mapToInt(Math::toIntExact).toArray();
  }
}
