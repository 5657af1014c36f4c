package org.resnet4j.weights;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.util.List;
import java.util.Locale;

/** What a file is, judged by its content alone: names lie. */
enum FileKind {
  SAFETENSORS,
  ZIP,
  LEGACY;

  /** The number 0x1950a86a20f9469cfc6c as a pickle. */
  private static final String LEGACY_MAGIC =
      "\u0080\u0002\u008a\nl\u00fc\u009cF\u00f9 j\u00a8P\u0019.";

  private static final int HEAD = 512;
  private static final int TAR_MARK = 257;
  private static final String SAVE = "; in Python: torch.save(model.state_dict(), \"weights.pth\")";

  private record Other(String start, String what) {}

  private static final List<Other> OTHERS =
      List.of(
          new Other(
              "version https://git-lfs", "a pointer that git-lfs left; fetch it: git lfs pull"),
          new Other("\u0089HDF\r\n\u001a\n", "an HDF5 file, as Keras writes; convert it first"),
          new Other("\u0093NUMPY", "a NumPy array, which has no names"),
          new Other("\u001f\u008b", "compressed by gzip; unpack it first"),
          new Other("\u0080", "a Python pickle, but not one of PyTorch's" + SAVE));

  /** Throws {@link WeightsException}, which says what it may be, for anything else. */
  static FileKind of(FileBytes bytes) throws IOException {
    if (bytes.size() == 0) {
      throw bytes.fault("the file is empty");
    }
    int length = (int) Math.min(bytes.size(), HEAD);
    String head = new String(bytes.read(0, length).array(), ISO_8859_1);
    // First, as the length it starts with may look like anything else's mark.
    if (safetensors(head)) {
      return SAFETENSORS;
    }
    if (head.startsWith("PK\3\4") || head.startsWith("PK\5\6")) {
      return ZIP;
    }
    if (head.startsWith(LEGACY_MAGIC)) {
      return LEGACY;
    }
    for (Other other : OTHERS) {
      if (head.startsWith(other.start())) {
        throw bytes.fault("is " + other.what());
      }
    }
    throw bytes.fault(guess(head));
  }

  /** A header of up to 2^32 bytes; what is wrong with a longer one is for the parser to say. */
  private static boolean safetensors(String head) {
    return head.length() > Long.BYTES
        && head.charAt(Long.BYTES) == '{'
        && head.startsWith("\0\0\0\0", Integer.BYTES);
  }

  private static String guess(String head) {
    String text = head.strip().toLowerCase(Locale.ROOT);
    if (text.startsWith("<!doctype") || text.startsWith("<html")) {
      return "is a web page, perhaps what a failed download left";
    }
    if (head.startsWith("ustar", TAR_MARK)) {
      return "is a tar archive; if PyTorch wrote it, before 0.1.10, load it there" + SAVE;
    }
    if (onnx(head)) {
      return "may be an ONNX model; only safetensors and PyTorch's checkpoints are read";
    }
    return "is neither a safetensors file nor a PyTorch checkpoint, judged by its content";
  }

  /** A protobuf that starts with a small version (field 1) and then a text (field 2, 3, 4 or 6). */
  private static boolean onnx(String head) {
    return head.length() > 3
        && head.charAt(0) == 8
        && head.charAt(1) < 32
        && "\u0012\u001a\"2:B".indexOf(head.charAt(2)) >= 0;
  }
}
