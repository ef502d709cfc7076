// Words that people here build passwords of, without marks; the estimator knows English and names, not these.

export const commonplaces: readonly string[] = `
matkhau mat khau password loa loaphuong loaxa phatthanh truyenthanh truyen thanh phat tieng noi dai
xinchao xin chao chaoban anhyeuem emyeuanh yeuem yeuanh toiyeu toiyeuvietnam vietnam viet nam hanoi saigon haiphong danang
cantho hue dalat nhatrang quangninh nghean thanhhoa hochiminh bacho bachovidai danghocongsan dang nhanuoc nhandan
ubnd uyban uybannhandan xa phuong thon ban to dan pho khupho huyen tinh tinhuy danguy hdnd vanhoa vanhoaxa thongtin coso
truonghoc congan bodoi truongthon chutich phochutich bithu canbo quantri quantrivien trucban kythuat tacgia nguoiduyet lanhdao
khongcomatkhau khongbiet khongcogi motnhabon motlan mothaiba mothaibabon mot hai ba bon nam sau bay tam chin muoi
thanglong thang nam ngay hanhphuc hoabinh doclap tudo doclaptudohanhphuc conghoaxahoichunghia conghoa xahoi chunghia
giadinh bome boyeu meyeu concon conyeu congai contrai tinhyeu maimai mainmai yeumai hoahong phuonghoang rongvang
thanhcong phattai phatloc locphat namquoc sonha nonnuoc que huong quehuong dongque lang langxa tieuhoc trunghoc
nguyen tran pham hoang huynh vothi nguyenvan nguyenthi tranvan tranthi levan lethi phamvan phamthi dinh bui dang duong
`
  .trim()
  .split(/\s+/);
