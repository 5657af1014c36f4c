package org.resnet4j.weights;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.resnet4j.weights.Pickles.MAGIC;
import static org.resnet4j.weights.Pickles.ORDERED_DICT;
import static org.resnet4j.weights.Pickles.START;
import static org.resnet4j.weights.Pickles.TENSOR;
import static org.resnet4j.weights.Pickles.dict;
import static org.resnet4j.weights.Pickles.integer;
import static org.resnet4j.weights.Pickles.legacy;
import static org.resnet4j.weights.Pickles.number;
import static org.resnet4j.weights.Pickles.storage;
import static org.resnet4j.weights.Pickles.storages;
import static org.resnet4j.weights.Pickles.tensor;
import static org.resnet4j.weights.Pickles.text;
import static org.resnet4j.weights.Pickles.zip;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Pickles that are damaged or hostile, and good ones that no PyTorch of today writes. */
class PickleCorpusTest {
  /** In the order of their bytes; those of {@code torch.load(weights_only=True)} but for sets. */
  private static final String OPERATIONS =
      "().GJKMNQRUX]abcehjqrstu}\200\201\205\206\207\210\211\212";

  private static final String SIX = storage("FloatStorage", "0", 6);

  @TempDir private Path folder;

  @ParameterizedTest
  @MethodSource({"machine", "views", "roots", "old"})
  void refuses(byte[] content, String message) throws IOException {
    Path file = Files.write(folder.resolve("bad.pth"), content);
    assertThatThrownBy(() -> Weights.load(file))
        .isInstanceOf(WeightsException.class)
        .hasMessageStartingWith(file + ": ")
        .hasMessageContaining(message);
  }

  @Test
  void knows_33_operations_and_refuses_the_others() throws IOException {
    Path file = folder.resolve("a.pth");
    StringBuilder known = new StringBuilder();
    for (int operation = 0; operation < 256; operation++) {
      Files.write(file, zip(START + (char) operation + "\0".repeat(8)));
      String refusal = "is 0x%02x, which no weights need".formatted(operation);
      if (!refusal(file).contains(refusal)) {
        known.append((char) operation);
      }
    }
    assertThat(known).hasToString(OPERATIONS).hasSize(33);
  }

  static Stream<Arguments> machine() {
    return Stream.of(
        bad("no byte", "", "byte 0 needs 1 bytes where 0 are left"),
        bad("no end", START, "byte 2 needs 1 bytes where 0 are left"),
        bad("no value", START + ".", "takes a value where there is none"),
        bad("a pair of nothing", START + "\206.", "takes a value where there is none"),
        bad("a value below a mark", START + "K\1(\205.", "takes a value where there is none"),
        bad("no mark", START + "t.", "goes back to a mark that there is not"),
        bad("a mark left", START + "(K\1.", "ends while values are still waiting"),
        bad("a value left", START + "K\1K\1.", "ends while values are still waiting"),
        bad("a million marks", START + "(".repeat(1_000_000), "needs 1 bytes where 0 are left"),
        bad("two million marks", START + "(".repeat(2_000_000), "is one too many"),
        bad("a million dicts", START + "}".repeat(1_000_000), "is one too many"),
        bad("a million lists", START + "]".repeat(1_000_000), "is one too many"),
        bad("four million numbers", START + "K\0".repeat(4_000_000), "is one too many"),
        bad(
            "ten million times the same",
            START + "]q\0" + "h\0".repeat(10_000_000),
            "one too many"),
        bad("a thousand values five thousand times", copies(), "is one too many"),
        bad("a value nobody kept", START + "h\7.", "asks for value 7, which there is not"),
        bad("value 2^32 - 1", START + "Nr\377\377\377\377.", "numbers a value 4294967295"),
        bad("a text of 4 GB", START + "X\377\377\377\377", "is one too many"),
        bad("a text longer than the file", START + "X\377\0\0\0", "needs 255 bytes where 0 are"),
        bad("a text that is not UTF-8", START + "X\1\0\0\0\377.", "a text that is not UTF-8"),
        bad("a name without end", START + "c" + "x".repeat(2_000), "name of more than 1000 bytes"),
        bad("a call of a number", START + "K\1)R.", "calls a number"),
        bad("a call of a dict", START + "})R.", "calls a dict"),
        bad("a call without a tuple", START + ORDERED_DICT + "NR.", "takes None for a list"),
        bad(
            "a dict as a new object",
            START + ORDERED_DICT + ")\201.",
            "makes an object of a class"),
        bad("attributes of a tensor", dict(TENSOR + "}b"), "sets attributes of a tensor"),
        bad("appending to a tuple", START + ")K\1a.", "appends to a tuple"),
        bad("appending to a dict", START + "}K\1a.", "appends to a dict"),
        bad("a key of a list", START + "]K\1K\2s.", "puts a value into a list"),
        bad("a key without a value", START + "}(K\1u.", "puts a key without a value"),
        bad("a dict of two arguments", START + ORDERED_DICT + "NN\206R.", "a dict of 2 arguments"),
        bad("a dict of a number", START + ORDERED_DICT + "K\1\205R.", "that is no list"),
        bad("a dict of numbers", START + ORDERED_DICT + "](K\1e\205R.", "no list of pairs"));
  }

  static Stream<Arguments> views() {
    String two = "K\2";
    return Stream.of(
        bad(
            "longer than its storage",
            view(0, "K\7", "K\1"),
            "makes a tensor [7] with strides [1]"),
        bad("past its storage", view(1, "K\6", "K\1"), "from 1 on of a storage of 6 values"),
        bad("strides past its storage", view(0, "K\2K\3", "K\4K\1"), "strides [4, 1] from 0 on"),
        bad("negative offset", view(-1, two, "K\1"), "from -1 on"),
        bad("negative stride", view(1, two, "J\377\377\377\377"), "no whole number from 0 on"),
        bad("negative length", view(0, "J\377\377\377\377", "K\1"), "no whole number from 0 on"),
        bad("a text for a length", view(0, text("2"), "K\1"), "no whole number from 0 on"),
        bad("fewer strides than axes", view(0, "K\2K\3", "K\1"), "[2, 3] with strides [1]"),
        bad("65 axes", view(0, "K\1".repeat(65), "K\1".repeat(65)), "a tensor of 65 axes"),
        bad("2^62 x 2^62", view(0, integer(1L << 62).repeat(2), "K\0K\0"), "makes a tensor ["),
        bad("a stride of 2^62", view(0, "K\5", integer(1L << 62)), "[4611686018427387904]"),
        bad("2^40 times one value", view(0, integer(1L << 40), "K\0"), "at most 2147483647"),
        bad("100 MB of one value", view(0, integer(25_000_000), "K\0"), "more than is read from a"),
        bad("a hundred times 1 MB of one value", many(100, 0), "more than is read from a file"),
        bad("a thousand readings of 1 MB", many(1_000, 130_000), "more than is read from a file"),
        bad("offset is a text", dict(call(SIX + text("0") + "))")), "no storage, offset, shape"),
        bad("too few arguments", dict(call(SIX + "K\0")), "no storage, offset, shape and strides"),
        bad("no storage", dict(call("NK\0))")), "no storage, offset, shape and strides"),
        bad("a parameter of nothing", dict("ctorch._utils\n_rebuild_parameter\n)R"), "no tensor"),
        bad(
            "more values than the entry",
            dict(tensor(storage("FloatStorage", "0", 7), 0, two, "K\1")),
            "storage \"0\" has 24 bytes, but a tensor takes it for 7 values of F32, which are 28"),
        bad(
            "fewer values than the entry",
            dict(tensor(storage("FloatStorage", "0", 5), 0, two, "K\1")),
            "which are 20"),
        bad(
            "another type",
            dict(tensor(storage("DoubleStorage", "0", 6), 0, two, "K\1")),
            "are 48"),
        bad("a negative count", dict(storage("FloatStorage", "0", -1)), "which has -1"),
        bad("2^61 values", dict(storage("FloatStorage", "0", 1L << 61)), "which has 23058"),
        bad("an absent storage", dict(storage("FloatStorage", "1", 6)), "storage \"1\" is not in"),
        bad("a storage outside", dict(storage("FloatStorage", "../data.pkl", 6)), "is not in the"),
        bad("a module for a storage", dict("(" + text("module") + "NNNNtQ"), "that is no storage"),
        bad("a storage of no type", dict("(" + text("storage") + "NNNNtQ"), "type, key or length"),
        bad("a sparse tensor", dict("ctorch._utils\n_rebuild_sparse_tensor\n"), "sparse_tensor\","),
        bad("a quantised tensor", dict("ctorch._utils\n_rebuild_qtensor\n"), "_rebuild_qtensor\","),
        bad(
            "complex values",
            dict("ctorch\nComplexFloatStorage\n"),
            "ComplexFloatStorage\", which"));
  }

  static Stream<Arguments> roots() {
    return Stream.of(
        bad("a tensor alone", START + TENSOR + ".", "holds a tensor, not a dict of tensors"),
        bad("a number", START + "K\1.", "holds a number, not a dict of tensors"),
        bad(
            "a list of 100 000 lists",
            START + "]".repeat(100_000) + "a".repeat(99_999) + ".",
            "holds a list, not a dict of tensors"),
        bad(
            "a model",
            START + "ctorchvision.models.resnet\nResNet\n)\201.",
            "asks Python for \"torchvision.models.resnet.ResNet\", which is code and no weights"),
        bad("an empty dict", START + "}.", "holds 0 tensors where a state dict has 1 to 100000"),
        bad("a dict of itself", START + "}q\0" + text("model") + "h\0s.", "holds 0 tensors"),
        bad(
            "a name twice",
            START + "}" + (text("w") + TENSOR + "s").repeat(2) + ".",
            "\"w\" is there twice"),
        bad("a number for a name", START + "}K\1" + TENSOR + "s.", "a key is a number"),
        bad(
            "two networks",
            START + "}" + text("a") + inner() + "s" + text("b") + inner() + "s.",
            "holds several sets of tensors, \"a\", \"b\"; save the one you mean alone"));
  }

  static Stream<Arguments> old() {
    String good = dict(TENSOR);
    return Stream.of(
        old("another protocol", MAGIC + START + "M\352\3.", "another protocol than the 1001"),
        old(
            "big-endian",
            MAGIC + START + "M\351\3." + START + "}" + text("little_endian") + "\211s.",
            "big-endian order"),
        old("no storages", legacyText(good, ""), "needs 1 bytes where 0 are left"),
        old("no list of storages", legacyText(good, START + "K\1."), "that is no list of storages"),
        old(
            "a storage nobody uses",
            legacyText(good, storages(1).replace("0e", "1e")),
            "is one that no tensor uses"),
        old(
            "a storage left out",
            legacyText(good, START + "]."),
            "storage \"0\" is not in the file"),
        old("a storage twice", legacyText(good, storages(2)), "there twice"),
        old(
            "another count",
            legacyText(good, START + "](" + text("0") + "e." + number(5, 8)),
            "has 5 values where 6 are expected"),
        old(
            "cut off",
            legacyText(good, storages(1).substring(0, storages(1).length() - 1)),
            "has 6 values where 6 are expected, and 23 bytes follow"),
        old("something behind", legacyText(good, storages(1) + "x"), "1 bytes follow the last"),
        old(
            "a part outside its storage",
            legacyText(dict(part(5, 2)), storages(1)),
            "names 2 values from 5 of storage \"0\", which has 6"),
        old(
            "a part before its storage",
            legacyText(dict(part(-1, 2)), storages(1)),
            "no whole number from 0 on"));
  }

  @ParameterizedTest
  @MethodSource
  void accepts(byte[] content, float[] values) throws IOException {
    Path file = Files.write(folder.resolve("good.pth"), content);
    assertThat(Weights.load(file).find("w").orElseThrow().floats()).containsExactly(values);
  }

  static Stream<Arguments> accepts() {
    float[] all = {0, 1, 2, 3, 4, 5};
    String pairs = "](](" + text("w") + TENSOR + "ee";
    return Stream.of(
        good("a zip archive", zip(dict(TENSOR)), all),
        good("the old format", legacy(dict(TENSOR), storages(1)), all),
        good("a part of a storage", legacy(dict(part(2, 3)), storages(1)), new float[] {2, 3}),
        good("Python 2's dict", zip(START + ORDERED_DICT + pairs + "\205R."), all),
        good("Python 2's texts", zip(START + "}U\1w" + TENSOR + "s."), all),
        good(
            "the tensors of 2017",
            zip(dict(TENSOR.replace("_v2", "").replace("\211" + ORDERED_DICT + ")R", ""))),
            all),
        good("protocol 4's mark", zip("\200\4" + dict(TENSOR).substring(2)), all),
        good(
            "overlapping views",
            zip(view(0, "K\2K\5", "K\1K\1")),
            new float[] {0, 1, 2, 3, 4, 1, 2, 3, 4, 5}),
        good("one value many times", zip(view(5, "K\3", "K\0")), new float[] {5, 5, 5}),
        good("an empty view past its storage", zip(view(9, "K\0", "K\1")), new float[0]),
        good(
            "a stride that is never used",
            zip(view(1, "K\1K\2", integer(1L << 62) + "K\1")),
            new float[] {1, 2}),
        good(
            "a seed of 255 bytes",
            zip(
                START
                    + "}"
                    + text("s")
                    + "\212\377"
                    + "\1".repeat(255)
                    + "s"
                    + text("w")
                    + TENSOR
                    + "s."),
            all),
        good(
            "a list that holds itself",
            zip(START + "}" + text("l") + "]q\0h\0as" + text("w") + TENSOR + "s."),
            all),
        good(
            "100 000 lists in each other",
            zip(
                START
                    + "}"
                    + text("l")
                    + "]".repeat(100_000)
                    + "a".repeat(99_999)
                    + "s"
                    + text("w")
                    + TENSOR
                    + "s."),
            all),
        good(
            "arguments of a training",
            zip(
                START
                    + "}"
                    + text("args")
                    + "cargparse\nNamespace\n)\201}"
                    + text("lr")
                    + "K\1sbs"
                    + text("w")
                    + TENSOR
                    + "s."),
            all),
        good(
            "wrapped three times",
            zip(
                START
                    + "}"
                    + text("state_dict")
                    + "}"
                    + text("model")
                    + "}"
                    + text("net")
                    + inner()
                    + "sss."),
            all));
  }

  @Test
  void keeps_one_copy_of_tied_tensors() throws IOException {
    Path file = Files.write(folder.resolve("tied.pth"), large(1, 100, 250_000, "K\1"));
    assertThat(Weights.load(file).entries()).hasSize(100);
  }

  /** A list of a thousand things, copied again and again into tuples. */
  private static String copies() {
    return START
        + "("
        + "N".repeat(1_000)
        + "tq\0"
        + ("(" + "h\0".repeat(1_000) + "t").repeat(5_000);
  }

  private static String inner() {
    return "}" + text("w") + TENSOR + "s";
  }

  private static String view(long offset, String shape, String strides) {
    return dict(tensor(SIX, offset, shape, strides));
  }

  private static String call(String arguments) {
    return "ctorch._utils\n_rebuild_tensor_v2\n(" + arguments + "tR";
  }

  /** Views of 1 MB each, all of one storage: of one value, or of its first and last. */
  private static byte[] many(int views, long stride) {
    return stride == 0 ? large(0, views, 250_000, "K\0") : large(0, views, 2, integer(stride));
  }

  private static byte[] large(int offset, int views, long length, String stride) {
    String storage = storage("FloatStorage", "0", 250_001);
    String items =
        IntStream.range(0, views)
            .mapToObj(i -> text("w" + i) + tensor(storage, offset, integer(length), stride))
            .collect(Collectors.joining());
    Map<String, byte[]> contents = Pickles.contents(START + "}(" + items + "u.");
    contents.put("archive/data/0", Pickles.floats(250_001));
    return Pickles.archive(contents);
  }

  /** A tensor of the first two values of a part of storage 0. */
  private static String part(long start, long length) {
    String part = "(" + text("part") + integer(start) + integer(length) + "t";
    return tensor(SIX.replace("tQ", part + "tQ"), 0, "K\2", "K\1");
  }

  private static String legacyText(String pickle, String rest) {
    return new String(legacy(pickle, rest), ISO_8859_1);
  }

  private static String refusal(Path file) {
    try {
      Weights.load(file);
      return "";
    } catch (WeightsException e) {
      return e.reason();
    }
  }

  private static Arguments bad(String name, String pickle, String message) {
    return bad(name, zip(pickle), message);
  }

  private static Arguments bad(String name, byte[] content, String message) {
    return Arguments.of(Named.of(name, content), message);
  }

  private static Arguments old(String name, String content, String message) {
    return bad(name, Pickles.bytes(content), message);
  }

  private static Arguments good(String name, byte[] content, float[] values) {
    return Arguments.of(Named.of(name, content), values);
  }

  /** Every corpus of refusals, for the table. */
  static Stream<Arguments> refusals() {
    return Stream.of(machine(), views(), roots(), old()).flatMap(s -> s);
  }
}
