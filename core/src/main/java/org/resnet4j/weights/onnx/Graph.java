package org.resnet4j.weights.onnx;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.resnet4j.arch.Shape;

/** A {@code GraphProto} from images to logits, both of floats and of any batch size. */
final class Graph {
  static final String INPUT = "input";
  static final String OUTPUT = "logits";
  private static final String BATCH = "N";
  private static final int FLOAT = 1;

  private final String name;
  private final Shape input;
  private final int classes;
  private final List<Node> nodes = new ArrayList<>();
  private final List<Constant> constants = new ArrayList<>();

  Graph(String name, Shape input, int classes) {
    this.name = name;
    this.input = input;
    this.classes = classes;
  }

  /**
   * An operator at work, a {@code NodeProto}.
   *
   * @param operator one of opset 17, e.g. {@code Conv}
   * @param output the name of its result
   */
  record Node(
      String operator,
      String name,
      String output,
      List<String> inputs,
      List<Attribute> attributes) {
    private Message message() {
      Message message = new Message();
      inputs.forEach(value -> message.text(1, value));
      message.text(2, output).text(3, name).text(4, operator);
      attributes.forEach(attribute -> message.part(5, attribute.message()));
      return message;
    }
  }

  /** A setting of an operator, an {@code AttributeProto}. */
  record Attribute(Message message) {
    private static final int REAL = 1;
    private static final int INTEGER = 2;
    private static final int TEXT = 3;
    private static final int INTEGERS = 7;

    static Attribute of(String name, double value) {
      return new Attribute(new Message().text(1, name).real(2, (float) value).integer(20, REAL));
    }

    static Attribute of(String name, int value) {
      return new Attribute(new Message().text(1, name).integer(3, value).integer(20, INTEGER));
    }

    static Attribute of(String name, String value) {
      return new Attribute(new Message().text(1, name).text(4, value).integer(20, TEXT));
    }

    /** The same number for each of so many axes or sides. */
    static Attribute repeated(String name, int value, int times) {
      Message message = new Message().text(1, name);
      Collections.nCopies(times, value).forEach(each -> message.integer(8, each));
      return new Attribute(message.integer(20, INTEGERS));
    }
  }

  List<Node> nodes() {
    return nodes;
  }

  List<Constant> constants() {
    return constants;
  }

  /** Adds an operator and gives the name of its result, which is its own. */
  String add(String operator, String name, List<String> inputs, Attribute... attributes) {
    nodes.add(new Node(operator, name, name, inputs, List.of(attributes)));
    return name;
  }

  /** Adds the last operator. */
  void end(String operator, String name, List<String> inputs, Attribute... attributes) {
    nodes.add(new Node(operator, name, OUTPUT, inputs, List.of(attributes)));
  }

  /** Adds a tensor and gives its name. */
  String add(Constant constant) {
    constants.add(constant);
    return constant.name();
  }

  /** The size of the message in bytes. */
  long size() {
    long size = (long) head().size() + tail().size();
    for (Constant constant : constants) {
      size += opening(constant).size() + constant.size();
    }
    return size;
  }

  void writeTo(OutputStream out) throws IOException {
    head().writeTo(out);
    for (Constant constant : constants) {
      opening(constant).writeTo(out);
      constant.writeTo(out);
    }
    tail().writeTo(out);
  }

  private Message head() {
    Message head = new Message();
    nodes.forEach(node -> head.part(1, node.message()));
    return head.text(2, name);
  }

  private static Message opening(Constant constant) {
    return new Message().opening(5, constant.size());
  }

  private Message tail() {
    return new Message()
        .part(11, value(INPUT, input.channels(), input.height(), input.width()))
        .part(12, value(OUTPUT, classes));
  }

  /** A {@code ValueInfoProto}; the batch comes before the lengths given. */
  private static Message value(String name, int... lengths) {
    Message shape = new Message().part(1, new Message().text(2, BATCH));
    for (int length : lengths) {
      shape.part(1, new Message().integer(1, length));
    }
    Message tensor = new Message().integer(1, FLOAT).part(2, shape);
    return new Message().text(1, name).part(2, new Message().part(1, tensor));
  }
}
