package org.resnet4j.weights;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.resnet4j.weights.PickleValue.Dictionary;
import org.resnet4j.weights.PickleValue.Function;
import org.resnet4j.weights.PickleValue.Opaque;
import org.resnet4j.weights.PickleValue.Sequence;
import org.resnet4j.weights.PickleValue.StorageReference;

/**
 * Interprets the 33 operations of Python's pickle format that state dicts use, without doing any of
 * what they ask for: calls make records, names come from {@link PickleGlobals}.
 *
 * <p>The operations are those of {@code torch.load(weights_only=True)} but for sets.
 */
final class Pickle {
  private static final int LONGEST_NAME = 1_000;

  /** What all values together may take, roughly and in bytes. */
  private static final int MOST_MEMORY = 32_000_000;

  private static final Object NONE = new Opaque("None");
  private static final Sequence EMPTY_TUPLE = Sequence.tuple(List.of());

  /** Picklers number their values from 0 or 1 on. */
  private static final int WIDEST_GAP = 16;

  /** What a value takes beside its parts, roughly and in bytes. */
  private static final int NUMBER = 24;

  private static final int TEXT = 56;
  private static final int TUPLE = 40;
  private static final int LIST = 64;
  private static final int DICTIONARY = 128;
  private static final int TENSOR = 360;
  private static final int SLOT = 12;

  private final PickleInput in;
  private final PickleTensors tensors;
  private final List<Object> stack = new ArrayList<>();
  private final List<Integer> marks = new ArrayList<>();
  private final List<@Nullable Object> memo = new ArrayList<>();
  private long memory;

  Pickle(PickleInput in) {
    this.in = in;
    this.tensors = new PickleTensors(in);
  }

  /** The storages that were mentioned. */
  List<StorageReference> storages() {
    return Collections.unmodifiableList(tensors.storages());
  }

  /** The next object; throws {@link WeightsException} for anything that a state dict has not. */
  Object next() throws IOException {
    stack.clear();
    marks.clear();
    memo.clear();
    for (int opcode = in.opcode(); opcode != '.'; opcode = in.opcode()) {
      step(opcode);
    }
    Object result = pop();
    if (!stack.isEmpty() || !marks.isEmpty()) {
      throw in.fault("ends while values are still waiting");
    }
    return result;
  }

  private void step(int opcode) throws IOException {
    switch (opcode) {
      case 0x80 -> in.bytes(1);
      case 'c' -> global();
      case 'R' -> push(call(popSequence(), popFunction()));
      case 0x81 -> newObject();
      case 'b' -> build();
      case 'Q' -> push(tensors.storage(popSequence().items()));
      case 'q' -> remember(in.unsigned(1));
      case 'r' -> remember(in.unsigned(4));
      case 'h' -> recall(in.unsigned(1));
      case 'j' -> recall(in.unsigned(4));
      case '(' -> {
        charge(NUMBER);
        marks.add(stack.size());
      }
      default -> {
        if (!container(opcode) && !scalar(opcode)) {
          throw in.fault("is 0x%02x, which no weights need".formatted(opcode));
        }
      }
    }
  }

  private boolean container(int opcode) {
    switch (opcode) {
      case ')' -> push(EMPTY_TUPLE);
      case 0x85 -> push(tuple(popItems(1)));
      case 0x86 -> push(tuple(popItems(2)));
      case 0x87 -> push(tuple(popItems(3)));
      case 't' -> push(tuple(popMarked()));
      case ']' -> {
        charge(LIST);
        push(Sequence.list());
      }
      case '}' -> push(dictionary());
      case 'a' -> append(popItems(1));
      case 'e' -> append(popMarked());
      case 's' -> put(popItems(2));
      case 'u' -> put(popMarked());
      default -> {
        return false;
      }
    }
    return true;
  }

  private boolean scalar(int opcode) throws IOException {
    switch (opcode) {
      case 'N' -> push(NONE);
      case 0x88 -> push(true);
      case 0x89 -> push(false);
      case 'K' -> number(in.unsigned(1));
      case 'M' -> number(in.unsigned(2));
      case 'J' -> number((long) (int) in.unsigned(4));
      case 0x8a -> number(whole(in.bytes(in.unsigned(1))));
      case 'G' -> number(Double.longBitsToDouble(Long.reverseBytes(in.unsigned(8))));
      case 'X' -> text(in.unsigned(4), UTF_8);
      // Python 2's texts, whose encoding nobody knows; PyTorch's own are ASCII.
      case 'U' -> text(in.unsigned(1), ISO_8859_1);
      default -> {
        return false;
      }
    }
    return true;
  }

  private void global() throws IOException {
    String module = in.line(LONGEST_NAME);
    String name = in.line(LONGEST_NAME);
    push(
        PickleGlobals.find(module, name)
            .orElseThrow(
                () ->
                    in.fault(
                        ("asks Python for %s, which is code and no weights; nothing was run. If you"
                                + " trust the file, open it in Python and save the weights alone:"
                                + " torch.save(model.state_dict(), \"weights.pth\")")
                            .formatted(WeightsException.quote(module + "." + name)))));
  }

  private Object call(Sequence arguments, Function function) {
    return switch (function) {
      case DICTIONARY -> dictionary(arguments.items());
      case TENSOR -> {
        charge(TENSOR);
        yield tensors.tensor(arguments.items());
      }
      case PARAMETER -> tensors.parameter(arguments.items());
      case NOTHING -> new Opaque("an object");
    };
  }

  /** Python 2 hands the pairs over with the call. */
  private Dictionary dictionary(List<Object> arguments) {
    Dictionary result = dictionary();
    if (arguments.size() > 1) {
      throw in.fault("makes a dict of %d arguments".formatted(arguments.size()));
    }
    if (arguments.isEmpty()) {
      return result;
    }
    if (!(arguments.get(0) instanceof Sequence pairs)) {
      throw in.fault("makes a dict of something that is no list");
    }
    charge(2L * SLOT * pairs.items().size());
    for (Object pair : pairs.items()) {
      if (!(pair instanceof Sequence two) || two.items().size() != 2) {
        throw in.fault("makes a dict of something that is no list of pairs");
      }
      result.put(two.items().get(0), two.items().get(1));
    }
    return result;
  }

  private void newObject() {
    popSequence();
    if (popFunction() != Function.NOTHING) {
      throw in.fault("makes an object of a class that weights do not need");
    }
    push(new Opaque("an object"));
  }

  /** Gives an object its attributes: those of a dict say nothing about weights. */
  private void build() {
    pop();
    Object target = top();
    if (!(target instanceof Dictionary || target instanceof Opaque)) {
      throw in.fault("sets attributes of " + describe(target));
    }
  }

  private void append(List<Object> items) {
    if (!(top() instanceof Sequence list && list.grows())) {
      throw in.fault("appends to " + describe(top()));
    }
    list.addAll(items);
  }

  private void put(List<Object> items) {
    if (!(top() instanceof Dictionary dictionary)) {
      throw in.fault("puts a value into " + describe(top()));
    }
    if (items.size() % 2 != 0) {
      throw in.fault("puts a key without a value");
    }
    for (int i = 0; i < items.size(); i += 2) {
      dictionary.put(items.get(i), items.get(i + 1));
    }
  }

  private Dictionary dictionary() {
    charge(DICTIONARY);
    return new Dictionary();
  }

  private Sequence tuple(List<Object> items) {
    charge(TUPLE);
    return Sequence.tuple(items);
  }

  private void number(Object number) {
    charge(NUMBER);
    push(number);
  }

  private void text(long bytes, Charset encoding) throws IOException {
    // Java keeps a text of which one character is not Latin in two bytes a character.
    charge(TEXT + 2 * bytes);
    try {
      push(encoding.newDecoder().decode(ByteBuffer.wrap(in.bytes(bytes))).toString());
    } catch (CharacterCodingException e) {
      throw in.fault("has a text that is not " + encoding);
    }
  }

  /** Python's whole numbers have any length. */
  private static Object whole(byte[] littleEndian) {
    if (littleEndian.length == 0) {
      return 0L;
    }
    byte[] bigEndian = new byte[littleEndian.length];
    for (int i = 0; i < bigEndian.length; i++) {
      bigEndian[i] = littleEndian[bigEndian.length - 1 - i];
    }
    BigInteger number = new BigInteger(bigEndian);
    return number.bitLength() < Long.SIZE ? (Object) number.longValue() : number;
  }

  private void remember(long index) {
    if (index > memo.size() + WIDEST_GAP) {
      throw in.fault("numbers a value %d where %d is next".formatted(index, memo.size()));
    }
    charge(SLOT);
    while (memo.size() <= index) {
      memo.add(null);
    }
    memo.set((int) index, top());
  }

  private void recall(long index) {
    Object value = index < memo.size() ? memo.get((int) index) : null;
    if (value == null) {
      throw in.fault("asks for value %d, which there is not".formatted(index));
    }
    push(value);
  }

  private void push(Object value) {
    charge(SLOT);
    stack.add(value);
  }

  private Object top() {
    need(1);
    return stack.get(stack.size() - 1);
  }

  private Object pop() {
    need(1);
    return stack.remove(stack.size() - 1);
  }

  private List<Object> popItems(int count) {
    need(count);
    return popFrom(stack.size() - count);
  }

  private List<Object> popMarked() {
    if (marks.isEmpty()) {
      throw in.fault("goes back to a mark that there is not");
    }
    return popFrom(marks.remove(marks.size() - 1));
  }

  private List<Object> popFrom(int first) {
    List<Object> tail = stack.subList(first, stack.size());
    charge((long) SLOT * tail.size());
    List<Object> items = new ArrayList<>(tail);
    tail.clear();
    return items;
  }

  private Sequence popSequence() {
    Object value = pop();
    if (!(value instanceof Sequence sequence)) {
      throw in.fault("takes %s for a list of arguments".formatted(describe(value)));
    }
    return sequence;
  }

  private Function popFunction() {
    Object value = pop();
    if (!(value instanceof Function function)) {
      throw in.fault("calls " + describe(value));
    }
    return function;
  }

  /** What lies below the last mark is out of reach. */
  private void need(int count) {
    int floor = marks.isEmpty() ? 0 : marks.get(marks.size() - 1);
    if (stack.size() - floor < count) {
      throw in.fault("takes a value where there is none");
    }
  }

  private void charge(long bytes) {
    memory += bytes;
    if (memory > MOST_MEMORY) {
      throw in.fault("is one too many: the structure takes more than any state dict's");
    }
  }

  /** What a message calls a value. */
  static String describe(Object value) {
    if (value instanceof PickleValue known) {
      return known.describe();
    }
    return value instanceof String
        ? "a text"
        : value instanceof Boolean ? "a truth value" : "a number";
  }
}
