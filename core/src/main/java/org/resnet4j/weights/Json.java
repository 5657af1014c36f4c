package org.resnet4j.weights;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** JSON files: small, strict on reading, the same bytes for the same value on writing. */
public final class Json {
  private static final long LONGEST_FILE = 16L << 20;
  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(100)
                          .maxNumberLength(100)
                          .build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private Json() {}

  /** Throws {@link WeightsException} with the line and column of a fault. */
  public static JsonNode read(Path file) {
    try {
      long length = Files.size(file);
      if (length > LONGEST_FILE) {
        throw new WeightsException(
            file, "%d bytes of JSON; at most %d are allowed".formatted(length, LONGEST_FILE));
      }
      return MAPPER.readTree(Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      throw new WeightsException(file, "there is no such file", e);
    } catch (IOException e) {
      throw new WeightsException(file, "cannot be read: " + e.getMessage(), e);
    } catch (JacksonException e) {
      throw new WeightsException(file, fault(e), e);
    }
  }

  /** JSON inside a file of another kind; throws {@link WeightsException} naming that file. */
  public static JsonNode parse(Path file, String text) {
    try {
      return MAPPER.readTree(text);
    } catch (JacksonException e) {
      throw new WeightsException(file, fault(e), e);
    }
  }

  /** The text of a JSON file. */
  public static byte[] bytes(JsonNode node) {
    String text = MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(node);
    return (text.replace("\r\n", "\n") + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /** What Jackson says, on one line and not too long. */
  static String fault(JacksonException e) {
    TokenStreamLocation place = e.getLocation();
    // An exceeded limit has no place.
    String where =
        place == null
            ? ""
            : " (line %d, column %d)".formatted(place.getLineNr(), place.getColumnNr());
    String what = e.getOriginalMessage().replaceAll("\\p{Cntrl}", " ");
    return "not valid JSON%s: %s"
        .formatted(where, what.length() <= 200 ? what : what.substring(0, 200) + "...");
  }
}
