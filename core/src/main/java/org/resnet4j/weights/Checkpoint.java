package org.resnet4j.weights;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.resnet4j.weights.PickleValue.Dictionary;
import org.resnet4j.weights.PickleValue.Sequence;
import org.resnet4j.weights.PickleValue.StorageReference;

/**
 * What {@code torch.save} wrote, none of its tensors read yet.
 *
 * @param root what was saved
 * @param storages by their keys; every one that the root mentions, of the length it says
 */
record Checkpoint(Object root, Map<String, Storage> storages) {
  private static final String PICKLE = "/data.pkl";
  private static final int LONGEST_PICKLE = 32 << 20;
  private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
  private static final Long PROTOCOL = 1001L;

  /** Reads a zip archive, PyTorch's format since 1.6: a pickle, and each storage in an entry. */
  static Checkpoint zip(FileBytes bytes) throws IOException {
    Map<String, ZipEntry> entries = ZipDirectory.read(bytes);
    String folder = folder(bytes, entries);
    ZipEntry order = entries.get(folder + "/byteorder");
    if (order != null && !small(bytes, order).equals("little")) {
      throw bytes.fault(
          "has values in big-endian order, which is not read; load and save it on another machine");
    }
    byte[] text =
        whole(bytes, requireNonNull(entries.get(folder + PICKLE)), LONGEST_PICKLE).array();
    PickleInput in = new PickleInput(bytes, new ByteArrayInputStream(text), text.length);
    Pickle pickle = new Pickle(in);
    Object root = pickle.next();
    Map<String, Storage> storages = new HashMap<>();
    for (StorageReference reference : pickle.storages()) {
      ZipEntry entry = entries.get(folder + "/data/" + reference.key());
      if (entry == null) {
        throw bytes.fault(
            "storage %s is not in the archive".formatted(WeightsException.quote(reference.key())));
      }
      check(bytes, reference, entry.size());
      storages.computeIfAbsent(reference.key(), key -> new Storage.Zipped(bytes, entry));
    }
    return new Checkpoint(root, storages);
  }

  private static String folder(FileBytes bytes, Map<String, ZipEntry> entries) {
    List<String> folders =
        entries.keySet().stream()
            .filter(name -> name.endsWith(PICKLE) && name.indexOf('/') == name.lastIndexOf('/'))
            .map(name -> name.substring(0, name.length() - PICKLE.length()))
            .toList();
    for (String name : entries.keySet()) {
      if (name.endsWith("/constants.pkl") || name.contains("/code/")) {
        throw bytes.fault(
            "is a TorchScript archive, which is a program; in Python:"
                + " torch.save(torch.jit.load(file).state_dict(), \"weights.pth\")");
      }
      if (folders.isEmpty() && name.endsWith(".npy")) {
        throw bytes.fault("is NumPy's .npz, which no naming of networks uses; convert it first");
      }
    }
    if (folders.size() != 1) {
      throw bytes.fault(
          "is a zip archive with %d of the data.pkl of which a PyTorch checkpoint has one"
              .formatted(folders.size()));
    }
    return folders.get(0);
  }

  private static ByteBuffer whole(FileBytes bytes, ZipEntry entry, int longest) throws IOException {
    if (entry.size() > longest) {
      throw bytes.fault(
          "zip entry %s: %d bytes; at most %d are read"
              .formatted(WeightsException.quote(entry.name()), entry.size(), longest));
    }
    return new Storage.Zipped(bytes, entry).read(0, (int) entry.size());
  }

  private static String small(FileBytes bytes, ZipEntry entry) throws IOException {
    return new String(whole(bytes, entry, 16).array(), US_ASCII);
  }

  private static void check(FileBytes bytes, StorageReference reference, long size) {
    if (reference.bytes() != size) {
      throw bytes.fault(
          "storage %s has %d bytes, but a tensor takes it for %d values of %s, which are %d"
              .formatted(
                  WeightsException.quote(reference.key()),
                  size,
                  reference.count(),
                  reference.dtype(),
                  reference.bytes()));
    }
  }

  /** Reads PyTorch's format before 1.6: five pickles, then the storages one after another. */
  static Checkpoint legacy(FileBytes bytes) throws IOException {
    PickleInput in = new PickleInput(bytes, bytes.stream(0, bytes.size()), bytes.size());
    Pickle pickle = new Pickle(in);
    if (!pickle.next().equals(MAGIC) || !pickle.next().equals(PROTOCOL)) {
      throw bytes.fault("has another protocol than the %d of torch.save".formatted(PROTOCOL));
    }
    if (!littleEndian(pickle.next())) {
      throw bytes.fault(
          "has values in big-endian order, which is not read; load and save it on another machine");
    }
    Object root = pickle.next();
    if (!(pickle.next() instanceof Sequence keys)) {
      throw in.fault("ends something that is no list of storages");
    }
    Map<String, StorageReference> references = new HashMap<>();
    for (StorageReference reference : pickle.storages()) {
      references.putIfAbsent(reference.key(), reference);
    }
    Map<String, Storage> storages = storages(bytes, in.position(), keys, references);
    for (StorageReference reference : pickle.storages()) {
      Storage storage = storages.get(reference.key());
      if (storage == null) {
        throw bytes.fault(
            "storage %s is not in the file".formatted(WeightsException.quote(reference.key())));
      }
      check(bytes, reference, storage.size());
    }
    return new Checkpoint(root, storages);
  }

  private static boolean littleEndian(Object system) {
    if (!(system instanceof Dictionary dictionary)) {
      return false;
    }
    int at = dictionary.keys().indexOf("little_endian");
    return at < 0 || dictionary.values().get(at).equals(true);
  }

  private static Map<String, Storage> storages(
      FileBytes bytes, long start, Sequence keys, Map<String, StorageReference> references)
      throws IOException {
    Map<String, Storage> storages = new HashMap<>();
    long position = start;
    for (Object key : keys.items()) {
      StorageReference reference = key instanceof String ? references.get(key) : null;
      if (reference == null) {
        throw bytes.fault("the storage at %d is one that no tensor uses".formatted(position));
      }
      long count = bytes.read(position, Long.BYTES).getLong();
      position += Long.BYTES;
      if (count != reference.count() || reference.bytes() > bytes.size() - position) {
        throw bytes.fault(
            "the storage at %d has %d values where %d are expected, and %d bytes follow"
                .formatted(position, count, reference.count(), bytes.size() - position));
      }
      Storage storage = new Storage.Plain(bytes, position, reference.bytes());
      if (storages.put(reference.key(), storage) != null) {
        throw bytes.fault("the storage at %d is there twice".formatted(position));
      }
      position += reference.bytes();
    }
    if (position != bytes.size()) {
      throw bytes.fault("%d bytes follow the last storage".formatted(bytes.size() - position));
    }
    return storages;
  }
}
