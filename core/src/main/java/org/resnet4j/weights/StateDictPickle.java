package org.resnet4j.weights;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Pickles an {@code OrderedDict} of tensors, the n-th of them in storage n. */
final class StateDictPickle {
  private static final String ORDERED_DICT = "ccollections\nOrderedDict\n)R";

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private StateDictPickle() {}

  static ByteBuffer write(List<TensorEntry> entries) {
    StateDictPickle pickle = new StateDictPickle();
    pickle.operations("\u0080\2" + ORDERED_DICT + "(");
    for (int i = 0; i < entries.size(); i++) {
      pickle.tensor(i, entries.get(i));
    }
    pickle.operations("u.");
    return ByteBuffer.wrap(pickle.out.toByteArray());
  }

  private void tensor(int index, TensorEntry entry) {
    text(entry.name());
    operations("ctorch._utils\n_rebuild_tensor_v2\n((");
    text("storage");
    operations("ctorch\n" + storage(entry.dtype()) + "Storage\n");
    text(Integer.toString(index));
    text("cpu");
    number(entry.data().remaining() / entry.dtype().bytes());
    operations("tQ");
    number(0);
    numbers(entry.shape());
    numbers(strides(entry.shape()));
    operations("\u0089" + ORDERED_DICT + "tR");
  }

  private static String storage(DType dtype) {
    return switch (dtype) {
      case BOOL -> "Bool";
      case U8 -> "Byte";
      case I8 -> "Char";
      case I16 -> "Short";
      case F16 -> "Half";
      case BF16 -> "BFloat16";
      case I32 -> "Int";
      case F32 -> "Float";
      case F64 -> "Double";
      case I64 -> "Long";
    };
  }

  /** Row-major; an empty axis counts as one of length 1, as in PyTorch. */
  private static List<Long> strides(List<Long> shape) {
    List<Long> strides = new ArrayList<>();
    long stride = 1;
    for (int axis = shape.size() - 1; axis >= 0; axis--) {
      strides.add(stride);
      stride *= Math.max(1, shape.get(axis));
    }
    Collections.reverse(strides);
    return strides;
  }

  private void numbers(List<Long> numbers) {
    operations("(");
    numbers.forEach(this::number);
    operations("t");
  }

  /** Up to 2^31 - 1 in four bytes, more in eight. */
  private void number(long number) {
    if (number == (int) number) {
      operations("J");
      bytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt((int) number).array());
    } else {
      operations("\u008a\10");
      bytes(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(number).array());
    }
  }

  private void text(String text) {
    byte[] encoded = text.getBytes(UTF_8);
    operations("X");
    bytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(encoded.length).array());
    bytes(encoded);
  }

  private void operations(String operations) {
    bytes(operations.getBytes(ISO_8859_1));
  }

  private void bytes(byte[] bytes) {
    out.writeBytes(bytes);
  }
}
