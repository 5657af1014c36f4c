package org.resnet4j.data.image;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import org.resnet4j.data.DataException;

/**
 * Decodes files made to take a machine's memory or time, in a process of a small heap, and prints
 * what became of each.
 */
final class Bombs {
  private static final byte[] JPEG = Golden.bytes("baseline.jpg");
  private static final byte[] PNG = Golden.bytes("rgb.png");
  private static final byte[] PROGRESSIVE = Golden.bytes("progressive.jpg");

  /** Where the first ancillary chunk may stand. */
  private static final int AFTER_HEADER = 33;

  private Bombs() {}

  public static void main(String[] arguments) throws IOException {
    ImageDecoder decoder = new ImageDecoder(3).upright();
    for (Map.Entry<String, Maker> bomb : bombs().entrySet()) {
      System.out.println(bomb.getKey() + " | " + outcome(decoder, bomb.getValue().make()));
    }
    System.out.println("a sound image after all of these | " + outcome(decoder, JPEG));
  }

  private interface Maker {
    byte[] make() throws IOException;
  }

  private static String outcome(ImageDecoder decoder, byte[] file) {
    try {
      return decoder.decode(file, "x").pixels().length + " values decoded";
    } catch (DataException refused) {
      return "refused: " + refused.getMessage().replaceFirst("^x: ", "");
    }
  }

  /** One at a time, since together they would fill the heap. */
  private static Map<String, Maker> bombs() {
    Map<String, Maker> bombs = new LinkedHashMap<>();
    bombs.put("JPEG header of 65500x65500", () -> jpegOf(65_500, 65_500));
    bombs.put("JPEG header of 9400x9400, within the limits", () -> jpegOf(9_400, 9_400));
    bombs.put("PNG header of 50000x50000, 5 MB", () -> pngOf(50_000, 50_000, new byte[5_000_000]));
    bombs.put("PNG header of 2147483647x1", () -> pngOf(Integer.MAX_VALUE, 1, new byte[9]));
    bombs.put("PNG of 9400x9400 zeros, within the limits", Bombs::zeros);
    bombs.put("PNG whose iCCP expands to 256 MB", () -> with("iCCP", "p\0\0", deflated(256 << 20)));
    bombs.put("PNG whose zTXt expands to 256 MB", () -> with("zTXt", "t\0\0", deflated(256 << 20)));
    bombs.put("PNG of 10000 further frames (APNG)", () -> repeated("fdAT", 10_000));
    bombs.put("PNG of 1000000 empty IDAT chunks", () -> repeated("IDAT", 1_000_000));
    bombs.put(
        "PNG whose eXIf directory is endless",
        () -> with("eXIf", "MM\0*\0\0\0\10\377\377", new byte[0]));
    bombs.put("progressive JPEG of 1000 scans", () -> scans(1_000));
    bombs.put("JPEG of 24 MB of fill bytes", Bombs::filled);
    bombs.put("JPEG one byte over 25 MB", () -> Arrays.copyOf(JPEG, 25_000_001));
    bombs.put("GIF of 10000 frames", () -> starting("GIF89a"));
    bombs.put("SVG named .jpg", () -> starting("<svg xmlns=\"http://www.w3.org/2000/svg\"/>"));
    bombs.put("PostScript named .jpg", () -> starting("%!PS-Adobe-3.0"));
    bombs.put("FITS named .jpg", () -> starting("SIMPLE  =                    T"));
    return bombs;
  }

  private static byte[] starting(String start) {
    return Arrays.copyOf(start.getBytes(ISO_8859_1), 100_000);
  }

  private static byte[] jpegOf(int width, int height) {
    byte[] bomb = JPEG.clone();
    int frame = new String(bomb, ISO_8859_1).indexOf("\377\300");
    ByteBuffer.wrap(bomb).putShort(frame + 5, (short) height).putShort(frame + 7, (short) width);
    return bomb;
  }

  /** A frame of 2 bytes of marker, segments and scans, the first scan again and again. */
  private static byte[] scans(int count) {
    String file = new String(PROGRESSIVE, ISO_8859_1);
    int first = file.indexOf("\377\332");
    int next = file.indexOf("\377", first + 14);
    ByteArrayOutputStream bomb = new ByteArrayOutputStream();
    bomb.write(PROGRESSIVE, 0, first);
    for (int i = 0; i < count; i++) {
      bomb.write(PROGRESSIVE, first, next - first);
    }
    bomb.write(PROGRESSIVE, next, PROGRESSIVE.length - next);
    return bomb.toByteArray();
  }

  private static byte[] filled() {
    byte[] bomb = new byte[24_000_000];
    Arrays.fill(bomb, (byte) 0xff);
    System.arraycopy(JPEG, 0, bomb, 0, 2);
    System.arraycopy(JPEG, 2, bomb, bomb.length - JPEG.length + 2, JPEG.length - 2);
    return bomb;
  }

  private static byte[] pngOf(int width, int height, byte[] pixels) {
    ByteBuffer header = ByteBuffer.allocate(13).putInt(width).putInt(height);
    header.put(new byte[] {8, 2, 0, 0, 0});
    return joined(
        Arrays.copyOf(PNG, 8),
        chunk("IHDR", header.array()),
        chunk("IDAT", pixels),
        chunk("IEND", new byte[0]));
  }

  private static byte[] zeros() throws IOException {
    return pngOf(9_400, 9_400, deflated(9_400 * (9_400 * 3 + 1)));
  }

  private static byte[] with(String type, String start, byte[] content) {
    return joined(
        Arrays.copyOf(PNG, AFTER_HEADER),
        chunk(type, joined(start.getBytes(ISO_8859_1), content)),
        Arrays.copyOfRange(PNG, AFTER_HEADER, PNG.length));
  }

  private static byte[] repeated(String type, int count) {
    byte[] chunk = chunk(type, new byte[0]);
    ByteArrayOutputStream chunks = new ByteArrayOutputStream();
    chunks.write(PNG, 0, AFTER_HEADER);
    for (int i = 0; i < count; i++) {
      chunks.writeBytes(chunk);
    }
    chunks.write(PNG, AFTER_HEADER, PNG.length - AFTER_HEADER);
    return chunks.toByteArray();
  }

  private static byte[] deflated(int zeros) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    byte[] block = new byte[1 << 16];
    try (DeflaterOutputStream out =
        new DeflaterOutputStream(bytes, new Deflater(Deflater.BEST_SPEED))) {
      for (int left = zeros; left > 0; left -= block.length) {
        out.write(block, 0, Math.min(left, block.length));
      }
    }
    return bytes.toByteArray();
  }

  private static byte[] chunk(String type, byte[] content) {
    ByteBuffer chunk = ByteBuffer.allocate(content.length + 12).putInt(content.length);
    chunk.put(type.getBytes(ISO_8859_1)).put(content);
    CRC32 sum = new CRC32();
    sum.update(chunk.array(), 4, content.length + 4);
    return chunk.putInt((int) sum.getValue()).array();
  }

  private static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      joined.writeBytes(part);
    }
    return joined.toByteArray();
  }
}
